"""Python's built-in functions and standard library, as far as names of datasets need them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    has_placeholder,
    limit_text,
    map_alternatives,
)
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Class,
    Column,
    External,
    Frame,
    JobArgument,
    LibraryObject,
    OneOf,
    Value,
    VariableScope,
    name_set,
)
from glueline_worker.lineage.script.models import files
from glueline_worker.lineage.script.models.call import Call
from glueline_worker.lineage.script.models.python import (
    concurrency,
    iterables,
    job_arguments,
    pathlib,
)

JSON_LIMIT = 600_000
_VARIABLE = re.compile(r"(?:\$\{?|\{\{\s*)(\w+)(?:\s*\}\}|\}?)")


def _text(call: Call) -> Value:
    value = call.arg(0, default="")
    if isinstance(value, LibraryObject) and value.kind in {"path", "url"}:
        return value.data.get("text", UNKNOWN)
    if isinstance(value, Frame):
        return value
    return map_alternatives(as_text, value)


def _number(call: Call) -> Value:
    value = call.arg(0, default=0)
    if isinstance(value, str) and not has_placeholder(value) and not isinstance(value, JobArgument):
        try:
            return int(value) if call.name == "int" else float(value)
        except ValueError:
            return UNKNOWN
    return value


def _same(call: Call) -> Value:
    return call.arg(0, default=UNKNOWN)


def _json_loads(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, Frame):
        return Frame(value.node, value.kind, value.label)
    is_too_long = isinstance(value, str) and len(value) > JSON_LIMIT
    if is_too_long:
        report_limit(f"JSON of more than {JSON_LIMIT:,} characters is not read")
    if not isinstance(value, str) or has_placeholder(value) or is_too_long:
        return value.part("json") if isinstance(value, External) else UNKNOWN
    try:
        found: Value = json.loads(value)
    except (ValueError, RecursionError):
        return UNKNOWN
    return found


def _dumped(call: Call) -> Value:
    """``json.dumps(data)``: the data as a text; ``json.dump(data, file)`` into a file."""
    if call.name == "dump" or len(call.args) > 1:
        target = call.arg(1, "fp")
        if isinstance(target, LibraryObject):
            files.put(call.state, target, call.arg(0))
            return None
    frame = call.state.unite_frames(call.arg(0))
    return Frame(frame.node, "rows") if frame is not None else UNKNOWN


def _buffer(call: Call) -> Value:
    content = call.args[0] if call.args else None
    frame = call.state.unite_frames(content)
    return files.buffer(frame)


def _wrapping(call: Call) -> Value:
    """``csv.writer(buffer)``, ``gzip.open(buffer)``, ``ZipFile(buffer)``: the same flow."""
    target = call.arg(0, "fileobj", "f", "file")
    if isinstance(target, (LibraryObject, Frame)):
        return target
    return files.open_file(call) if isinstance(target, str) else UNKNOWN


def _date(call: Call) -> Value:
    return External("date", "date" if not call.args else _label_of(call.args[0]))


def _label_of(value: Value) -> str:
    if isinstance(value, External) and value.label != "unknown":
        return value.label
    if isinstance(value, str) and has_placeholder(value):
        return value.split("\ue000")[1].split("\ue001")[0]
    return "date"


def _exit(call: Call) -> Value:
    # sys.exit() ends the script, but it stands at the end or in a check that usually passes.
    del call
    return UNKNOWN


def _type_test(call: Call) -> Value:
    value, kind = call.arg(0), call.arg(1)
    if isinstance(value, (External, OneOf, JobArgument, Column)) or not isinstance(kind, External):
        return UNKNOWN
    found = {"str": str, "list": list, "dict": dict, "tuple": tuple, "int": int}.get(kind.path)
    return isinstance(value, found) if found else UNKNOWN


def _named_tuple(call: Call) -> Value:
    names = call.arg(1, "field_names")
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    fields = tuple(map(as_text, names)) if isinstance(names, (list, tuple)) else ()
    return Class(as_text(call.arg(0)), (), VariableScope(), fields)


def _field(call: Call) -> Value:
    """A dataclass's ``field(default=…)`` or ``field(default_factory=…)``."""
    factory = call.arg(None, "default_factory")
    if factory is not None:
        return call.run.call(factory, [], {})
    return call.arg(None, "default", default=UNKNOWN)


def _template(call: Call) -> Value:
    return LibraryObject("template", {"text": call.arg(0, "template", "source")})


def call_template(call: Call) -> Value:
    """``substitute`` of ``string.Template``, ``render`` of Jinja's."""
    template = call.receiver.data["text"]
    known = {**call.mapping(0), **call.kwargs}
    if not isinstance(template, str):
        return UNKNOWN

    def put(*row: Value) -> Value:
        values = dict(zip(known, map(as_text, row), strict=True))
        return limit_text(_VARIABLE.sub(lambda found: values.get(found[1], found[0]), template))

    return map_alternatives(put, *known.values())


FUNCTIONS: dict[str, Callable[[Call], Value]] = {
    **job_arguments.FUNCTIONS,
    **iterables.FUNCTIONS,
    **concurrency.FUNCTIONS,
    **pathlib.FUNCTIONS,
    "str": _text,
    "int": _number,
    "float": _number,
    "copy.copy": _same,
    "copy.deepcopy": _same,
    "deepcopy": _same,
    "iter": _same,
    "tqdm": _same,
    "ray.get": _same,
    "as_completed": _same,
    "asyncio.run": _same,
    "cast": _same,
    "delayed": _same,
    "json.loads": _json_loads,
    "loads": _json_loads,
    "ast.literal_eval": _json_loads,
    "literal_eval": _json_loads,
    "json.dumps": _dumped,
    "json.dump": _dumped,
    "pickle.dumps": _dumped,
    "pickle.dump": _dumped,
    "yaml.dump": _dumped,
    "dumps": _dumped,
    "StringIO": _buffer,
    "BytesIO": _buffer,
    "TextIOWrapper": _wrapping,
    "csv.writer": _wrapping,
    "csv.reader": _wrapping,
    "csv.DictReader": _wrapping,
    "csv.DictWriter": _wrapping,
    "DictWriter": _wrapping,
    "DictReader": _wrapping,
    "gzip.open": _wrapping,
    "GzipFile": _wrapping,
    "gzip.compress": _same,
    "gzip.decompress": _same,
    "ZipFile": _wrapping,
    "ExcelWriter": _wrapping,
    "Workbook": lambda call: files.buffer(path=call.arg(0, "filename")),
    "ParquetWriter": _wrapping,
    "open": files.open_file,
    **dict.fromkeys(
        ("dedent", "cleandoc", "unquote", "unquote_plus", "quote", "normpath", "text", "SQL"), _same
    ),
    "namedtuple": _named_tuple,
    "field": _field,
    "Template": _template,
    "from_string": _template,
    "isinstance": _type_test,
    "strptime": _date,
    "fromisoformat": _date,
    "dateutil.parser.parse": _date,
    "sys.exit": _exit,
}
DATES = name_set(
    "now today utcnow strftime localtime gmtime time datetime date timedelta relativedelta "
    "Timestamp date_range"
)
