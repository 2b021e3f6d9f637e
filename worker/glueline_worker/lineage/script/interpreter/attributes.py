"""Attributes, items and comparisons of values."""

from __future__ import annotations

from typing import Any

from glueline_worker.lineage.script.domain.columns import get_column
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    has_placeholder,
    placeholder,
)
from glueline_worker.lineage.script.domain.values import (
    ALTERNATIVES_LIMIT,
    MISSING,
    UNKNOWN,
    Class,
    Column,
    External,
    Frame,
    Function,
    Instance,
    JobArgument,
    JobArguments,
    LibraryObject,
    Method,
    OneOf,
    Value,
    join_values,
    name_set,
)
from glueline_worker.lineage.script.interpreter import members

_FRAME_PROPERTIES = name_set("rdd na stat loc iloc at str dt values T df")
_FRAME_FIGURES = name_set("columns schema dtypes shape index empty isStreaming size")


def as_key(value: Value) -> Value:
    """``value`` as the key of a dict."""
    if isinstance(value, (str, int, float, type(None), External, Frame, LibraryObject)):
        return value
    if isinstance(value, tuple) and all(isinstance(part, (str, int)) for part in value):
        return value
    return as_text(value)


def get_attribute(run: Reading, value: Value, name: str) -> Value:  # noqa: PLR0911 - one for each kind
    """``value.name``."""
    if isinstance(value, OneOf):
        known = [option for option in value.options if option is not None]
        return join_values(get_attribute(run, option, name) for option in known)
    if isinstance(value, Frame):
        return _frame_attribute(run, value, name)
    if isinstance(value, External):
        return members.foreign_attribute(run, value, name)
    if isinstance(value, LibraryObject):
        return members.tool_attribute(run, value, name)
    if isinstance(value, Instance):
        return _instance_attribute(run, value, name)
    if isinstance(value, Class):
        return _class_attribute(value, name)
    if isinstance(value, (str, int, list, dict, tuple)) and name == "value":
        return value  # a member of an Enum
    if isinstance(value, Column) and name in _FRAME_PROPERTIES:
        return value
    if name == "__name__" and isinstance(value, Function):
        return value.name
    return Method(value, name)


def _frame_attribute(run: Reading, frame: Frame, name: str) -> Value:
    if name in {"write", "writeStream"}:
        return members.writer(frame, streaming=name == "writeStream")
    if name in _FRAME_PROPERTIES:
        return frame
    if name in _FRAME_FIGURES:
        return External(f"frame.{name}", "loop:column" if name == "columns" else "unknown")
    if name in {"sparkSession", "sql_ctx"}:
        return External("spark")
    if run.frame_method(name):
        return Method(frame, name)
    return _frame_item(run, frame, name)


def _instance_attribute(run: Reading, value: Instance, name: str) -> Value:  # noqa: PLR0911 - one for each kind
    if name in value.attributes:
        return value.attributes[name]
    if name == "__class__":
        return value.cls
    if name == "__dict__":
        return value.attributes
    found = value.cls.find(name)
    if found is MISSING:
        return External(name)
    if isinstance(found, Function):
        decorators = found.decorators
        if decorators & {"property", "cached_property"}:
            return run.invoke(found.bind(value), [], {})
        if "staticmethod" in decorators:
            return found
        return found.bind(value.cls if "classmethod" in decorators else value)
    return found


def _class_attribute(value: Class, name: str) -> Value:
    found = value.find(name)
    if isinstance(found, Function) and "classmethod" in found.decorators:
        return found.bind(value)
    if name == "__name__":
        return value.name
    return External(name) if found is MISSING else found


def get_item(run: Reading, value: Value, key: Value) -> Value:  # noqa: C901, PLR0911 - one for each kind
    """``value[key]``."""
    if isinstance(value, OneOf):
        known = [option for option in value.options if option is not None]
        return join_values(get_item(run, option, key) for option in known)
    if isinstance(key, OneOf):
        return join_values(get_item(run, value, option) for option in key.options)
    if isinstance(value, JobArguments) and isinstance(key, str) and key not in value:
        return run.state.get_argument(key)
    if isinstance(value, dict):
        return _dict_item(value, key)
    if isinstance(value, (list, tuple, str)):
        return _sequence_item(value, key)
    if isinstance(value, Frame):
        return _frame_item(run, value, key)
    if isinstance(value, LibraryObject):
        return members.tool_item(run, value, key)
    if isinstance(value, Instance):
        return run.call_method(value, "__getitem__", [key], {})
    if isinstance(value, Class):
        return value.find(as_text(key)) if isinstance(key, str) else UNKNOWN
    if isinstance(value, External):
        return members.foreign_item(run, value, key)
    if isinstance(value, Column):
        return Column(value.refs, key if isinstance(key, str) else value.name, value.known)
    return UNKNOWN


def _dict_item(value: dict[Any, Value], key: Value) -> Value:
    key = as_key(key)
    if key in value and not isinstance(key, JobArgument):
        return value[key]
    loops = [item for name, item in value.items() if _is_open(name)]
    if loops and isinstance(key, str) and not has_placeholder(key):
        return join_values(loops)  # filled by a loop over who knows what: any of its turns
    unknown = isinstance(key, (External, Frame, JobArgument)) or (
        isinstance(key, str) and has_placeholder(key)
    )
    if unknown and value and len(value) <= ALTERNATIVES_LIMIT:
        # Which entry it is depends on the run: any of them may be.
        return value[key] if key in value else join_values(value.values())
    return UNKNOWN


def _is_open(key: Value) -> bool:
    return isinstance(key, External) or (isinstance(key, str) and has_placeholder(key))


def _sequence_item(value: Any, key: Value) -> Value:
    if isinstance(value, str) and has_placeholder(value):
        return _without_ends(value, key)
    if isinstance(key, (int, slice)):
        try:
            return value[key]
        except (IndexError, ValueError):
            return UNKNOWN
    if isinstance(value, str):
        return UNKNOWN
    return join_values(value) if 0 < len(value) <= ALTERNATIVES_LIMIT else UNKNOWN


def _without_ends(value: str, key: Value) -> Value:
    """Part of a text with holes: ``text[:-1]`` is understood where it cuts literal ends off."""
    if isinstance(key, slice) and key.step is None:
        cut = value[key]
        if cut.count("\ue000") == cut.count("\ue001"):
            return cut
    return placeholder(value.split("\ue000")[1].split("\ue001", maxsplit=1)[0])


def _frame_item(run: Reading, frame: Frame, key: Value) -> Value:  # noqa: PLR0911 - one for each kind
    if frame.kind == "collection":
        return run.state.transform(frame)
    if frame.kind == "rows" and isinstance(key, int):
        return Frame(frame.node, "row", frame.label)
    if frame.kind == "row":
        return Frame(frame.node, "scalar", frame.label)
    if frame.kind in {"rows", "scalar", "grouped"}:
        return frame
    if isinstance(key, str):
        return get_column(frame, key)
    if isinstance(key, (list, tuple)) and key and all(isinstance(name, str) for name in key):
        return run.call_method(frame, "select", list(key), {})
    return frame


def spread(value: Value) -> list[Value]:
    """The items of ``*value``."""
    if isinstance(value, OneOf):
        return spread(value.options[0])
    return list(value) if isinstance(value, (list, tuple, dict)) else [value]
