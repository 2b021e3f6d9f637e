# ruff: noqa: INP001 - a script beside the pages it writes
"""Write what the pages take from the code: fields, settings, commands, JSON Schemas.

``make docs-generated`` runs it. A page holds each generated part between
``<!-- generated: name -->`` and ``<!-- end -->``; with ``--check`` nothing is written and stale
pages are named.
"""

import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from typer.main import get_command

from glueline import settings
from glueline.cli import build
from glueline.contract import messages, records
from glueline.contract.names import task_name
from glueline.contract.schema import SCHEMAS, attribute_docs

DOCS = Path(__file__).parent
_PART = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

SAID_HERE = {
    "redis_url": "The Redis of the queue and the ledger: `redis://`, `rediss://` or `unix://`.",
    "key_prefix": "Before all keys, so that several Gluelines can share a server.",
    "sinks": "Where records go, see [sinks](sinks.md); in a variable separated by spaces.",
    "sources": "The named places to extract from, see below; in a variable as JSON.",
    "schedules": "Recurring extractions, see below; in a variable as JSON.",
    "log_level": "`debug`, `info`, `warning` or `error`.",
    "log_format": "`console`, `json`, or `auto`: console on a terminal, else JSON.",
    "worker.unit_timeout": "For one attempt at a unit.",
    "worker.reconcile_interval": "Between two looks for units that are open and silent.",
    "source.region": "AWS region.",
    "source.profile": "Profile of AWS's configuration files.",
    "source.catalog_id": "The account whose catalogue is read, when it is not the caller's own.",
    "source.endpoint_url": "Another AWS endpoint, such as a simulator.",
    "source.role.arn": "The role.",
    "source.role.external_id": "The external id that the role's trust policy asks for.",
    "schedule.name": "Its name; part of the idempotency key of what it enqueues.",
    "schedule.request": "An extraction request, see [messages](messages.md#the-request).",
}
"""What the names of settings say by themselves in the code and a page still has to say."""


def pages() -> dict[Path, str]:
    """What each generated file should hold."""
    found = {
        DOCS / "schemas" / f"{name}.json": json.dumps(render(), indent=1, ensure_ascii=False) + "\n"
        for name, render in SCHEMAS.items()
    }
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text()
        if _PART.search(text):
            found[page] = _PART.sub(_filled, text)
    return found


def _filled(match: re.Match[str]) -> str:
    return f"{match[1]}\n{PARTS[match[2]]().strip()}\n\n{match[3]}"


def _request() -> str:
    schema = SCHEMAS["messages"]()["$defs"]
    names = ("ExtractionRequest", *_names(messages.Scope), "Filters", "Globs", "Options")
    return "\n\n".join(_model(name, schema[name], schema) for name in names)


def _units() -> str:
    rows = [
        (
            f"`{task_name(unit.model_fields['kind'].default)}`",
            (unit.unit_id.__doc__ or ""),
            _first_line(unit),
        )
        for unit in messages.UnitMessage.__args__
    ]
    return _table(("task", "unit id", "what it does"), rows)


def _records() -> str:
    schema = SCHEMAS["records"]()["$defs"]
    common = records.Record.model_fields.keys() - {"kind"}
    kinds = [cls.__name__ for cls in records.RECORD_TYPES]
    parts = ["### Every record", _fields(schema["DatabaseRecord"], schema, common)]
    parts += [_model(name, schema[name], schema, without=common) for name in kinds]
    parts += [_model(name, schema[name], schema) for name in sorted(schema.keys() - {*kinds})]
    return "\n\n".join(parts)


def _model(
    name: str, definition: dict[str, Any], schema: dict[str, Any], without: Iterable[str] = ()
) -> str:
    wanted = definition.get("properties", {}).keys() - set(without)
    text = definition.get("description", "").replace("\n", "\n\n" if "enum" in definition else "\n")
    return f"### {name}\n\n{text}\n\n{_fields(definition, schema, wanted)}".rstrip()


def _fields(definition: dict[str, Any], schema: dict[str, Any], wanted: Iterable[str]) -> str:
    properties = {k: v for k, v in definition.get("properties", {}).items() if k in set(wanted)}
    required = set(definition.get("required", ()))
    rows = [
        (
            f"`{name}`",
            _type(field, schema) + _limits(field),
            "" if name in required or "const" in field else _json_default(field),
            field.get("description", ""),
        )
        for name, field in properties.items()
    ]
    return _table(("field", "type", "default", "meaning"), rows) if rows else ""


def _limits(field: dict[str, Any]) -> str:
    found = {**field, **next(iter(field.get("anyOf", ())), {})}
    words = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "maxLength": "at most {} characters",
        "pattern": "`{}`",
    }
    return "".join(f", {text.format(found[key])}" for key, text in words.items() if key in found)


def _json_default(field: dict[str, Any]) -> str:
    value = field.get("default")
    return "" if value is None or "$ref" in field else f"`{json.dumps(value)}`"


def _type(field: dict[str, Any], schema: dict[str, Any]) -> str:  # noqa: PLR0911 - one a shape
    """A JSON Schema in a few words, with links to the models on the same page."""
    match field:
        case {"$ref": ref}:
            name = str(ref).rsplit("/", 1)[-1]
            return f"[{name}](#{name.lower()})"
        case {"const": value}:
            return f"`{json.dumps(value)}`"
        case {"enum": values}:
            return " or ".join(f"`{json.dumps(value)}`" for value in values)
        case {"anyOf": options} | {"oneOf": options}:
            return _alternatives([_type(option, schema) for option in options])
        case {"type": "array"}:
            return f"list of {_type(field['items'], schema)}"
        case {"type": "object"}:
            inner = field.get("additionalProperties")
            return f"map to {_type(inner, schema)}" if isinstance(inner, dict) else "object"
        case {"format": "date-time"}:
            return "time"
        case _:
            return str(field.get("type", "any"))


def _alternatives(options: list[str]) -> str:
    types = "[ArrayType]"
    if any(option.startswith(types) for option in options):
        return "a [type](#types)"
    return " or ".join(options)


def _settings() -> str:
    docs = attribute_docs(settings.Settings)
    fields = settings.Settings.model_fields.items()
    rows = [
        (f"`{name}`", f"`GLUELINE_{name.upper()}`", *_setting(name, field, docs))
        for name, field in fields
        if name != "worker"
    ]
    worker = attribute_docs(settings.WorkerSettings)
    rows += [
        (
            f"`worker.{name}`",
            f"`GLUELINE_WORKER__{name.upper()}`",
            *_setting(f"worker.{name}", field, worker),
        )
        for name, field in settings.WorkerSettings.model_fields.items()
    ]
    return _table(("setting", "variable", "default", "meaning"), rows)


def _inner_settings(model: Any, where: str) -> str:
    docs = attribute_docs(model)
    rows = [
        (f"`{name}`", *_setting(f"{where}.{name}", field, docs))
        for name, field in model.model_fields.items()
    ]
    return _table(("field", "default", "meaning"), rows)


def _setting(path: str, field: Any, docs: dict[str, str]) -> tuple[str, str]:
    name = path.rsplit(".", 1)[-1]
    meaning = docs.get(name) or SAID_HERE[path]
    seconds = "Seconds" in str(field.annotation) or field.annotation is float
    if seconds and "econds" not in meaning and "per second" not in meaning:
        meaning = f"Seconds. {meaning}"
    return _default(field), meaning


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "the whole catalogue of `default`"
    if value is None or value in ((), {}):
        return "none"
    return f"`{' '.join(value) if isinstance(value, tuple) else value}`"


def _commands() -> str:
    os.environ["COLUMNS"] = "100"
    return "\n\n".join(
        f"## {' '.join(path)}\n\n```text\n{text}\n```"
        for path, text in _helps(get_command(build()), ("glueline",))
    )


def _helps(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    command.rich_markup_mode = None
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        command.main(["--help"], prog_name=" ".join(path), standalone_mode=False)
    yield path, re.sub(r"\[/?bold\]", "", out.getvalue()).strip()
    for name, inner in getattr(command, "commands", {}).items():
        yield from _helps(inner, (*path, name))


def _table(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table without the columns that would stand empty."""
    columns = zip(headers, *rows, strict=True)
    filled = [(first, "---", *rest) for first, *rest in columns if any(rest)]
    lines = zip(*filled, strict=True)
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def _first_line(cls: type[Any]) -> str:
    return (cls.__doc__ or "").splitlines()[0]


def _names(union: Any) -> list[str]:
    return [cls.__name__ for cls in union.__origin__.__args__]


PARTS: dict[str, Callable[[], str]] = {
    "request": _request,
    "units": _units,
    "records": _records,
    "settings": _settings,
    "source": lambda: _inner_settings(settings.Source, "source"),
    "role": lambda: _inner_settings(settings.Role, "source.role"),
    "schedule": lambda: _inner_settings(settings.Schedule, "schedule"),
    "commands": _commands,
}


def main() -> None:
    """Write the pages, or say which are stale."""
    stale = [
        path for path, text in pages().items() if not path.exists() or path.read_text() != text
    ]
    if "--check" in sys.argv[1:]:
        names = ", ".join(str(path.relative_to(DOCS.parent)) for path in stale)
        sys.exit(
            f"run `make docs-generated`: the code has changed, and so must {names}" if stale else 0
        )
    for path in stale:
        path.write_text(pages()[path])


if __name__ == "__main__":
    main()
