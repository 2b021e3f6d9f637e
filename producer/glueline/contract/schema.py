"""JSON Schemas of messages and records, for services in any language.

``python -m glueline.contract.schema messages`` (or ``records``) prints one.
"""

import ast
import inspect
import json
import sys
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from textwrap import dedent
from typing import Any

import msgspec
from pydantic.json_schema import GenerateJsonSchema

from glueline.contract import datatypes, filters, lineage, messages, records

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODULES = (datatypes, filters, lineage, messages, records)


class _Schema(GenerateJsonSchema):
    """pydantic's schema without the titles that only repeat the fields' names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's
        return False


def message_schema() -> dict[str, Any]:
    """Return the schema of all messages on the queue."""
    schema = messages.MESSAGE.json_schema(schema_generator=_Schema)
    return _finish_schema("A message on the queue of Glueline", schema)


def record_schema() -> dict[str, Any]:
    """Return the schema of every record as sinks write it, with all its fields."""
    # Defaults are tuples, which JSON does not have.
    schema = json.loads(json.dumps(msgspec.json.schema(records.AnyRecord)))
    for definition in schema["$defs"].values():
        if "properties" in definition:
            definition["required"] = list(definition["properties"])
    return _finish_schema("A record of Glueline", schema)


SCHEMAS = {"messages": message_schema, "records": record_schema}


def attribute_docs(model: type[Any]) -> dict[str, str]:
    """Return the texts below the attributes of a class and its bases, by attribute.

    pydantic could collect them, but would read the sources at each import of the classes; only a
    schema needs them.
    """
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if cls.__module__.startswith("glueline."):
            found.update(_own_attribute_docs(cls))
    return found


def _own_attribute_docs(cls: type[Any]) -> Iterator[tuple[str, str]]:
    (definition,) = ast.parse(dedent(inspect.getsource(cls))).body
    assert isinstance(definition, ast.ClassDef)
    for statement, following in pairwise(definition.body):
        match statement, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, inspect.cleandoc(text)


def _finish_schema(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    known = {name: cls for module in _MODULES for name, cls in vars(module).items()}
    for name, definition in schema["$defs"].items():
        _describe(definition, known[name])
    return {"$schema": DIALECT, "title": title, **schema}


def _describe(definition: dict[str, Any], cls: type[Any]) -> None:
    docs = attribute_docs(cls)
    if issubclass(cls, Enum):
        meanings = (f"{cls[name].value}: {text}" for name, text in docs.items())
        definition["description"] = "\n".join([inspect.getdoc(cls) or "", *meanings])
        return
    properties = definition["properties"]
    for name in properties.keys() & docs.keys():
        properties[name]["description"] = docs[name]
    if "const" in properties.get("kind", {}) and "kind" not in definition.get("required", ()):
        # It has a default in Python only: it tells the kinds of messages apart.
        definition["required"] = ["kind", *definition.get("required", ())]


def print_schema() -> None:
    """Print the schema that the one argument names."""
    chosen = SCHEMAS.get(sys.argv[1]) if len(sys.argv) == 2 else None  # noqa: PLR2004
    if chosen is None:
        sys.exit(f"usage: python -m glueline.contract.schema {'|'.join(SCHEMAS)}")
    sys.stdout.write(json.dumps(chosen(), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    print_schema()
