"""Python's built-in functions and standard library, as far as names of datasets need them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable

from glueline_worker.lineage.script import attributes, files, loops, source
from glueline_worker.lineage.script.call import Call
from glueline_worker.lineage.script.text import (
    as_text,
    clipped,
    has_hole,
    lift,
    texts,
)
from glueline_worker.lineage.script.tools import arguments
from glueline_worker.lineage.script.values import (
    UNKNOWN,
    Argument,
    Arguments,
    Choice,
    Class,
    Column,
    Foreign,
    Frame,
    Function,
    Instance,
    Length,
    Method,
    Scope,
    Tool,
    Value,
    words,
)

JSON_LIMIT = 100_000
EXEC_DEPTH = 4
_VARIABLE = re.compile(r"(?:\$\{?|\{\{\s*)(\w+)(?:\s*\}\}|\}?)")


def _resolved_options(call: Call) -> Value:
    return arguments(call.run, call.arg(1, "options"))


def _parser(call: Call) -> Value:
    del call
    return Tool("parser", {})


def call_parser(call: Call) -> Value:
    """A method of an ``ArgumentParser``."""
    tool: Tool = call.receiver
    if call.name == "add_argument":
        names = [as_text(name) for name in call.args]
        longest = max(names, key=len, default="")
        name = as_text(call.arg(None, "dest", default=longest.lstrip("-").replace("-", "_")))
        given = call.state.argument(name)
        default = call.arg(None, "default")
        if has_hole(given) and default is not None:
            given = Argument(default) if isinstance(default, str) else default
        tool.data[name] = given
        return UNKNOWN
    if call.name == "parse_args":
        return Tool("namespace", tool.data)
    if call.name == "parse_known_args":
        return (Tool("namespace", tool.data), [])
    return tool


def _variables(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, Tool):
        found = Arguments()
        found.update(value.data)
        return found
    return value.attributes if isinstance(value, Instance) else UNKNOWN


def _length(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, (list, tuple, dict, set)):
        return Length(len(value))
    if isinstance(value, str) and not has_hole(value):
        return Length(len(value))
    return Foreign("len")


def _range(call: Call) -> Value:
    if call.args and all(isinstance(arg, int) for arg in call.args):
        try:
            return range(*call.args)[: loops.UNROLL_LIMIT]
        except (TypeError, ValueError):
            return UNKNOWN
    return Foreign("range")


def _zip(call: Call) -> Value:
    columns = [loops.items_of(arg) for arg in call.args]
    known = [column for column in columns if column is not None]
    if len(known) == len(columns):
        return [tuple(row) for row in zip(*known, strict=False)]
    return Foreign("zip")


def _enumerate(call: Call) -> Value:
    items = loops.items_of(call.arg(0, "iterable"))
    start = call.arg(1, "start", default=0)
    if items is None:
        value = call.arg(0)
        return (
            [(Foreign("index", "loop:index"), _any(value))]
            if _is_frame(value)
            else Foreign("enumerate")
        )
    return list(enumerate(items, start if isinstance(start, int) else 0))


def _is_frame(value: Value) -> bool:
    return isinstance(value, Frame)


def _any(value: Value) -> Value:
    return Frame(value.node, value.kind, "loop:item")


def _sequence(call: Call) -> Value:
    value = call.arg(0)
    if value is None:
        return []
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, (list, set, tuple, range)):
        return list(value)
    if isinstance(value, str) and not has_hole(value) and not isinstance(value, Argument):
        return list(value)
    return value


def _tuple(call: Call) -> Value:
    found = _sequence(call)
    return tuple(found) if isinstance(found, list) else found


def _unique(call: Call) -> Value:
    found = _sequence(call)
    if isinstance(found, list) and all(isinstance(item, (str, int)) for item in found):
        return list(dict.fromkeys(found))
    return found


def _sorted(call: Call) -> Value:
    found = _sequence(call)
    if isinstance(found, list) and all(isinstance(item, str) for item in found):
        return sorted(found, reverse=call.arg(None, "reverse") is True)
    return found


def _reversed(call: Call) -> Value:
    found = _sequence(call)
    return found[::-1] if isinstance(found, list) else found


def _dict(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, (list, tuple)):
        pairs = [item for item in value if isinstance(item, (list, tuple)) and len(item) == 2]
        return {attributes.as_key(key): item for key, item in pairs} | call.kwargs
    if isinstance(value, Arguments):
        copied = Arguments(value)
        copied.update(call.kwargs)
        return copied
    return {**(value if isinstance(value, dict) else {}), **call.kwargs}


def _text(call: Call) -> Value:
    value = call.arg(0, default="")
    if isinstance(value, Tool) and value.kind in {"path", "url"}:
        return value.data.get("text", UNKNOWN)
    if isinstance(value, Frame):
        return value
    return lift(as_text, value)


def _number(call: Call) -> Value:
    value = call.arg(0, default=0)
    if isinstance(value, str) and not has_hole(value) and not isinstance(value, Argument):
        try:
            return int(value) if call.name == "int" else float(value)
        except ValueError:
            return UNKNOWN
    return value


def _same(call: Call) -> Value:
    return call.arg(0, default=UNKNOWN)


def _all_frames(call: Call) -> Value:
    """``reduce(function, frames)``: whatever the function does, all of them flow."""
    function, items = call.arg(0), loops.items_of(call.arg(1))
    if items is None:
        value = call.arg(1)
        return value if isinstance(value, Frame) else UNKNOWN
    if len(call.args) > 2:
        items = [call.args[2], *items]
    if not items:
        return UNKNOWN
    result = items[0]
    for item in items[1:]:
        if isinstance(function, (Function, Method)):
            result = call.run.call(function, [result, item], {})
        else:
            united = call.state.one_frame([result, item])
            result = united if united is not None else UNKNOWN
    return result


def _map(call: Call) -> Value:
    """``map(function, items)``, of Python, of pools and of executors."""
    function, *columns = call.args or [UNKNOWN]
    if not columns:
        return UNKNOWN
    rows = [loops.items_of(column) for column in columns]
    if any(row is None for row in rows):
        items = [_unknown_item(column) for column in columns]
        return [call.run.call(function, items, {})]
    known = [row for row in rows if row is not None]
    if call.name == "starmap":
        return [
            call.run.call(function, list(item) if isinstance(item, (list, tuple)) else [item], {})
            for item in known[0]
        ]
    return [call.run.call(function, list(row), {}) for row in zip(*known, strict=False)]


def _unknown_item(column: Value) -> Value:
    return column if isinstance(column, Frame) else Foreign("item", "loop:item")


def _filter(call: Call) -> Value:
    return call.arg(1, default=UNKNOWN)


def _submit(call: Call) -> Value:
    """``executor.submit(function, …)`` and its siblings: the result stands for the future."""
    function, *args = call.args or [UNKNOWN]
    if isinstance(function, (Function, Method, Class)):
        return call.run.call(function, args, call.kwargs)
    if len(args) > 0 and isinstance(args[0], (Function, Method)):
        return call.run.call(args[0], args[1:], call.kwargs)
    return UNKNOWN


def _thread(call: Call) -> Value:
    """``Thread(target=function, args=(…))``: run at once."""
    target = call.arg(1, "target")
    args, kwargs = call.arg(None, "args", default=()), call.mapping(None, "kwargs")
    if isinstance(target, (Function, Method)):
        call.run.call(target, list(args) if isinstance(args, (list, tuple)) else [], kwargs)
    return UNKNOWN


def _partial(call: Call) -> Value:
    return Tool("partial", {"function": call.arg(0), "args": call.args[1:], "kwargs": call.kwargs})


def call_partial(call: Call) -> Value:
    """A call of what ``functools.partial`` made."""
    data = call.receiver.data
    return call.run.call(
        data["function"], [*data["args"], *call.args], {**data["kwargs"], **call.kwargs}
    )


def _attribute(call: Call) -> Value:
    name = call.arg(1)
    value = attributes.get_attribute(call.run, call.arg(0), as_text(name))
    return value if isinstance(name, str) else UNKNOWN


def _path_join(call: Call) -> Value:
    return lift(_joined_path, *call.args)


def _joined_path(*parts: Value) -> Value:
    found = ""
    for part in map(as_text, parts):
        if part.startswith("/") and not found.startswith("s3"):
            found = part
        elif not found or found.endswith("/"):
            found += part
        else:
            found += f"/{part}"
    return found


def _base_name(call: Call) -> Value:
    return lift(lambda path: as_text(path).rpartition("/")[2], call.arg(0))


def _directory(call: Call) -> Value:
    return lift(lambda path: as_text(path).rpartition("/")[0], call.arg(0))


def _split_extension(call: Call) -> Value:
    path = texts(call.arg(0))[0]
    stem, dot, extension = path.rpartition(".")
    return (stem, dot + extension) if dot and "/" not in extension else (path, "")


def _environment(call: Call) -> Value:
    default = call.arg(1, "default")
    if isinstance(default, str) and default:
        return Argument(default)
    return Foreign("environ.item", f"env:{as_text(call.arg(0, 'key'))}")


def _json_loads(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, Frame):
        return Frame(value.node, value.kind, value.label)
    if not isinstance(value, str) or has_hole(value) or len(value) > JSON_LIMIT:
        return value.part("json") if isinstance(value, Foreign) else UNKNOWN
    try:
        found: Value = json.loads(value)
    except (ValueError, RecursionError):
        return UNKNOWN
    return found


def _dumped(call: Call) -> Value:
    """``json.dumps(data)``: the data as a text; ``json.dump(data, file)`` into a file."""
    if call.name == "dump" or len(call.args) > 1:
        target = call.arg(1, "fp")
        if isinstance(target, Tool):
            files.put(call.state, target, call.arg(0))
            return None
    frame = call.state.one_frame(call.arg(0))
    return Frame(frame.node, "rows") if frame is not None else UNKNOWN


def _split_url(call: Call) -> Value:
    def split(value: Value) -> Value:
        text = as_text(value)
        scheme, separator, rest = text.rpartition("://")
        host, slash, path = rest.partition("/")
        if not separator:
            return Foreign("url", "unknown") if has_hole(text) else UNKNOWN
        parts = {"scheme": scheme, "netloc": host, "hostname": host, "path": slash + path}
        return Tool("url", {**parts, "text": text})

    return lift(split, call.arg(0))


def _pure_path(call: Call) -> Value:
    text = _joined_path(*(_path_text(arg) for arg in call.args))
    return path_of(text)


def _path_text(value: Value) -> Value:
    return value.data["text"] if isinstance(value, Tool) and value.kind == "path" else value


def path_of(text: Value) -> Value:
    """A ``pathlib`` path."""
    path = as_text(text)
    name = path.rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return Tool("path", {"text": path, "name": name, "stem": stem, "content": None})


def call_path(call: Call) -> Value:
    """A method of a path or a split URL."""
    tool: Tool = call.receiver
    text = tool.data["text"]
    if call.name == "joinpath":
        return path_of(_joined_path(text, *call.args))
    if call.name in {"geturl", "as_posix", "__str__", "resolve", "as_uri"}:
        return text
    if call.name == "open":
        return files.open_file(Call(call.run, UNKNOWN, "open", [text, *call.args], call.kwargs))
    return UNKNOWN


def _buffer(call: Call) -> Value:
    content = call.args[0] if call.args else None
    frame = call.state.one_frame(content)
    return files.buffer(frame)


def _wrapping(call: Call) -> Value:
    """``csv.writer(buffer)``, ``gzip.open(buffer)``, ``ZipFile(buffer)``: the same flow."""
    target = call.arg(0, "fileobj", "f", "file")
    if isinstance(target, (Tool, Frame)):
        return target
    return files.open_file(call) if isinstance(target, str) else UNKNOWN


def _date(call: Call) -> Value:
    return Foreign("date", "date" if not call.args else _label_of(call.args[0]))


def _label_of(value: Value) -> str:
    if isinstance(value, Foreign) and value.label != "unknown":
        return value.label
    if isinstance(value, str) and has_hole(value):
        return value.split("\ue000")[1].split("\ue001")[0]
    return "date"


def _exit(call: Call) -> Value:
    # sys.exit() ends the script, but it stands at the end or in a check that usually passes.
    del call
    return UNKNOWN


def _type_test(call: Call) -> Value:
    value, kind = call.arg(0), call.arg(1)
    if isinstance(value, (Foreign, Choice, Argument, Column)) or not isinstance(kind, Foreign):
        return UNKNOWN
    found = {"str": str, "list": list, "dict": dict, "tuple": tuple, "int": int}.get(kind.path)
    return isinstance(value, found) if found else UNKNOWN


def _named_tuple(call: Call) -> Value:
    names = call.arg(1, "field_names")
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    fields = tuple(map(as_text, names)) if isinstance(names, (list, tuple)) else ()
    return Class(as_text(call.arg(0)), (), Scope(), fields)


def _field(call: Call) -> Value:
    """A dataclass's ``field(default=…)`` or ``field(default_factory=…)``."""
    factory = call.arg(None, "default_factory")
    if factory is not None:
        return call.run.call(factory, [], {})
    return call.arg(None, "default", default=UNKNOWN)


def _variables_of(call: Call) -> Value:
    return call.run.module.vars if call.name == "globals" else call.run.scope.vars


def _execute(call: Call) -> Value:
    """``exec(text)`` and ``eval(text)``: the text is read as the script is."""
    code = call.arg(0)
    module = source.tree(code) if isinstance(code, str) and not has_hole(code) else None
    if module is None or len(call.run.stack) > EXEC_DEPTH:
        return UNKNOWN
    call.state.tick(len(code))
    if call.name == "eval" and len(module.body) == 1 and isinstance(module.body[0], ast.Expr):
        return call.run.evaluate(module.body[0].value)
    call.run.run(module.body)
    return None


def _template(call: Call) -> Value:
    return Tool("template", {"text": call.arg(0, "template", "source")})


def call_template(call: Call) -> Value:
    """``substitute`` of ``string.Template``, ``render`` of Jinja's."""
    template = call.receiver.data["text"]
    known = {**call.mapping(0), **call.kwargs}
    if not isinstance(template, str):
        return UNKNOWN

    def put(*row: Value) -> Value:
        values = dict(zip(known, map(as_text, row), strict=True))
        return clipped(_VARIABLE.sub(lambda found: values.get(found[1], found[0]), template))

    return lift(put, *known.values())


FUNCTIONS: dict[str, Callable[[Call], Value]] = {
    "getResolvedOptions": _resolved_options,
    "ArgumentParser": _parser,
    "vars": _variables,
    "len": _length,
    "range": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "list": _sequence,
    "tuple": _tuple,
    "set": _unique,
    "frozenset": _unique,
    "sorted": _sorted,
    "reversed": _reversed,
    "dict": _dict,
    "OrderedDict": _dict,
    "defaultdict": lambda call: {},  # noqa: ARG005
    "str": _text,
    "int": _number,
    "float": _number,
    "copy.copy": _same,
    "copy.deepcopy": _same,
    "deepcopy": _same,
    "iter": _same,
    "tqdm": _same,
    "asyncio.run": _same,
    "cast": _same,
    "reduce": _all_frames,
    "map": _map,
    "starmap": _map,
    "imap": _map,
    "imap_unordered": _map,
    "filter": _filter,
    "submit": _submit,
    "apply_async": _submit,
    "run_in_executor": _submit,
    "to_thread": _submit,
    "Thread": _thread,
    "Process": _thread,
    "Timer": _thread,
    "partial": _partial,
    "delayed": _same,
    "getattr": _attribute,
    "os.path.join": _path_join,
    "path.join": _path_join,
    "posixpath.join": _path_join,
    "urljoin": _path_join,
    "os.path.basename": _base_name,
    "path.basename": _base_name,
    "os.path.dirname": _directory,
    "os.path.splitext": _split_extension,
    "os.getenv": _environment,
    "getenv": _environment,
    "os.environ.get": _environment,
    "environ.get": _environment,
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
    "urlparse": _split_url,
    "urlsplit": _split_url,
    "Path": _pure_path,
    "PurePath": _pure_path,
    "PurePosixPath": _pure_path,
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
    "ParquetWriter": _wrapping,
    "open": files.open_file,
    **dict.fromkeys(
        ("dedent", "cleandoc", "unquote", "unquote_plus", "quote", "normpath", "text", "SQL"), _same
    ),
    "namedtuple": _named_tuple,
    "field": _field,
    "globals": _variables_of,
    "locals": _variables_of,
    "exec": _execute,
    "eval": _execute,
    "Template": _template,
    "from_string": _template,
    "isinstance": _type_test,
    "strptime": _date,
    "fromisoformat": _date,
    "dateutil.parser.parse": _date,
    "sys.exit": _exit,
}
DATES = words(
    "now today utcnow strftime localtime gmtime time datetime date timedelta relativedelta "
    "Timestamp date_range"
)
