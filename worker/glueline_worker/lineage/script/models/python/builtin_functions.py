"""Python's built-in functions and standard library, as far as names of datasets need them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from glueline_worker.lineage.script.domain.alternatives import map_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.items import SETTINGS
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    get_label,
    has_placeholder,
    limit_text,
)
from glueline_worker.lineage.script.domain.text_formats import format_value
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    Class,
    DataText,
    External,
    Frame,
    Instance,
    JobArgument,
    Value,
    VariableScope,
)
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.script.models.python.type_tests import answer_isinstance, get_type
from glueline_worker.lineage.word_sets import split_words
from glueline_worker.lineage.yaml_blocks import Block, read_yaml_blocks

_JSON_LIMIT = 600_000
_VARIABLE = re.compile(r"(?:\$\{?|\{\{\s*)(\w+)(?:\s*\}\}|\}?)")


def _make_text(call: Call) -> Value:
    value = call.arg(0, default="")
    if isinstance(value, Frame):
        return value
    return format_value(value, "")


def _make_number(call: Call) -> Value:
    value = call.arg(0, default=0)
    if isinstance(value, str) and not has_placeholder(value) and not isinstance(value, JobArgument):
        try:
            return int(value) if call.name == "int" else float(value)
        except ValueError:
            return UNKNOWN
    return value


def _pass_through(call: Call) -> Value:
    return call.arg(0, default=UNKNOWN)


def _load_json(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, Frame):
        return Frame(value.node, value.kind, _name_settings(value.label))
    if isinstance(value, DataText):
        return Frame(value.nodes[0], "rows", _name_settings(get_label(value)))
    is_too_long = isinstance(value, str) and len(value) > _JSON_LIMIT
    if is_too_long:
        report_limit(f"JSON of more than {_JSON_LIMIT:,} characters is not read")
    if not isinstance(value, str) or has_placeholder(value) or is_too_long:
        return value.part("json") if isinstance(value, External) else UNKNOWN
    try:
        found: Value = json.loads(value)
    except (ValueError, RecursionError):
        return UNKNOWN
    return found


def _name_settings(label: str) -> str:
    """Return the label of a document: its fields are named by their keys."""
    return SETTINGS if label == "unknown" else label


def _load_json_file(call: Call) -> Value:
    """Call ``json.load(file)``."""
    value = call.arg(0, "fp")
    if isinstance(value, Frame):
        return Frame(value.node, "rows", _name_settings(value.label))
    return _load_file(call, value)


def _load_file(call: Call, value: Value) -> Value:
    """Return what is in an open file: data, or settings that nobody knows."""
    if not isinstance(value, files.FileObject):
        return MISSING
    frame = call.state.unite_frames(value.content)
    return External("file", SETTINGS) if frame is None else Frame(frame.node, "rows", SETTINGS)


def _load_yaml(call: Call) -> Value:
    """Call ``yaml.safe_load(text)`` of a text in the script."""
    value = call.arg(0, "stream")
    if isinstance(value, (Frame, DataText)):
        return _load_json(call)
    if not isinstance(value, str) or has_placeholder(value):
        return _load_file(call, value)
    try:
        return _as_values(read_yaml_blocks(value))
    except (ValueError, RecursionError):
        return MISSING


def _as_values(block: Block) -> Value:
    """Return a YAML document with its figures and its words for true, false and nothing."""
    if isinstance(block, list):
        return [_as_values(part) for part in block]
    if isinstance(block, dict):
        return {key: _as_values(part) for key, part in block.items()}
    if block in _YAML_WORDS:
        return _YAML_WORDS[block]
    return int(block) if block.isdecimal() and len(block) <= _DIGITS else block


_YAML_WORDS: dict[str, Value] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}
_DIGITS = 9


def _dump_json(call: Call) -> Value:
    """Call ``json.dumps(data)``: the data as a text; ``json.dump(data, file)``: into a file."""
    if call.name == "dump" or len(call.args) > 1:
        target = call.arg(1, "fp")
        if isinstance(target, LibraryObject):
            files.add_content(call.state, target, call.arg(0))
            return None
    frame = call.state.unite_frames(call.arg(0))
    return Frame(frame.node, "rows") if frame is not None else UNKNOWN


def _exit(call: Call) -> Value:
    # sys.exit() ends the script, but it stands at the end or in a check that usually passes.
    del call
    return UNKNOWN


def _make_named_tuple(call: Call) -> Value:
    names = call.arg(1, "field_names")
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    fields = tuple(map(as_text, names)) if isinstance(names, (list, tuple)) else ()
    return Class(as_text(call.arg(0)), (), VariableScope(), fields)


def _make_namespace(call: Call) -> Value:
    """Call ``SimpleNamespace(a=1)``: an object with these attributes."""
    return Instance(Class("SimpleNamespace", (), VariableScope()), dict(call.kwargs))


def _make_field(call: Call) -> Value:
    """Call a dataclass's ``field(default=…)`` or ``field(default_factory=…)``."""
    factory = call.arg(None, "default_factory")
    if factory is not None:
        return call.reading.call(factory, [], {})
    return call.arg(None, "default", default=UNKNOWN)


@dataclass(eq=False)
class Template(LibraryObject):
    """A ``string.Template``, or one of Jinja's."""

    text: Value

    def call(self, call: Call) -> Value:
        """Call ``substitute`` of ``string.Template`` or ``render`` of Jinja's."""
        template = self.text
        known = {**call.mapping(0), **call.kwargs}
        if not isinstance(template, str):
            return UNKNOWN

        def put(*row: Value) -> Value:
            values = dict(zip(known, map(as_text, row), strict=True))
            return limit_text(_VARIABLE.sub(lambda found: values.get(found[1], found[0]), template))

        return map_alternatives(put, *known.values())


def _make_template(call: Call) -> Value:
    return Template(call.arg(0, "template", "source"))


def _call_text_method(call: Call) -> Value:
    """Call ``str.lower(text)``."""
    if call.parts[-2:-1] != ["str"] or not call.args:
        return MISSING
    return call.reading.call_method(call.args[0], call.name, call.args[1:], call.kwargs)


def _get_unknown_item(call: Call) -> Value:
    """Call ``unknown.get(key)``."""
    if call.name != "get" or not call.args or call.state.find_frames(call.args):
        return MISSING
    owner = External(".".join(call.parts[:-1]), call.receiver.label)
    return call.reading.get_item(owner, call.args[0])


def _get_typing_item(state: State, value: External, key: Value) -> Value:
    """Return ``List[str]`` and the like: a type, which holds no data."""
    del state, key
    return UNKNOWN if value.name in _TYPES else MISSING


_TYPES = split_words("List Dict Optional Tuple Union Set")
BUILTIN_FUNCTIONS = Library(
    functions={
        "str": _make_text,
        "int": _make_number,
        "float": _make_number,
        "copy.copy": _pass_through,
        "copy.deepcopy": _pass_through,
        "deepcopy": _pass_through,
        "iter": _pass_through,
        "tqdm": _pass_through,
        "ray.get": _pass_through,
        "as_completed": _pass_through,
        "asyncio.run": _pass_through,
        "cast": _pass_through,
        "delayed": _pass_through,
        "json.loads": _load_json,
        "loads": _load_json,
        "ast.literal_eval": _load_json,
        "literal_eval": _load_json,
        "yaml.safe_load": _load_yaml,
        "yaml.full_load": _load_yaml,
        "yaml.load": _load_yaml,
        "json.load": _load_json_file,
        "json.dumps": _dump_json,
        "json.dump": _dump_json,
        "pickle.dumps": _dump_json,
        "pickle.dump": _dump_json,
        "yaml.dump": _dump_json,
        "dumps": _dump_json,
        "gzip.compress": _pass_through,
        "gzip.decompress": _pass_through,
        **dict.fromkeys(
            ("dedent", "cleandoc", "unquote", "unquote_plus", "quote", "normpath", "text", "SQL"),
            _pass_through,
        ),
        "namedtuple": _make_named_tuple,
        "SimpleNamespace": _make_namespace,
        "field": _make_field,
        "Template": _make_template,
        "from_string": _make_template,
        "isinstance": answer_isinstance,
        "sys.exit": _exit,
    },
    rules=(_call_text_method, _get_unknown_item, get_type),
    items=(_get_typing_item,),
)
