"""Attributes and items of values."""

from __future__ import annotations

from typing import Any

from glueline_worker.lineage.script.domain.alternatives import ALTERNATIVES_LIMIT, join_values
from glueline_worker.lineage.script.domain.column_methods import get_column_item
from glueline_worker.lineage.script.domain.columns import (
    COLUMN_METHODS,
    FRAME_PROPERTIES,
    get_column,
)
from glueline_worker.lineage.script.domain.items import as_key, label_field
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    get_label,
    has_placeholder,
    placeholder,
)
from glueline_worker.lineage.script.domain.values import (
    COMMAND_LINE,
    MISSING,
    UNKNOWN,
    Class,
    Column,
    DefaultDict,
    External,
    Frame,
    Function,
    Instance,
    JobArgument,
    JobArguments,
    Method,
    Module,
    OneOf,
    Value,
)
from glueline_worker.lineage.script.interpreter.modules import get_module_attribute
from glueline_worker.lineage.script.interpreter.questions import choose_key
from glueline_worker.lineage.script.models import registry
from glueline_worker.lineage.script.source.parser import CLOSE, OPEN


def get_attribute(reading: Reading, value: Value, name: str) -> Value:  # noqa: C901, PLR0911 - one for each kind
    """Return ``value.name``."""
    if isinstance(value, OneOf):
        known = [option for option in value.options if option is not None]
        return join_values(get_attribute(reading, option, name) for option in known)
    if isinstance(value, Frame):
        return _get_frame_attribute(reading, value, name)
    if isinstance(value, External):
        return registry.get_external_attribute(reading.state, value, name)
    if isinstance(value, LibraryObject):
        return value.get_attribute(name)
    if isinstance(value, Instance):
        return _get_instance_attribute(reading, value, name)
    if isinstance(value, Class):
        return _get_class_attribute(value, name)
    if isinstance(value, Module):
        return get_module_attribute(reading, value, name)
    if isinstance(value, (str, int, list, dict, tuple)) and name == "value":
        return value  # a member of an Enum
    if isinstance(value, Column) and name not in COLUMN_METHODS:
        return value if name in FRAME_PROPERTIES else get_column_item(value, name)
    if name == "__name__" and isinstance(value, Function):
        return value.name
    return Method(value, name)


def _get_frame_attribute(reading: Reading, frame: Frame, name: str) -> Value:
    if (found := registry.get_frame_attribute(reading.state, frame, name)) is not MISSING:
        if name in {"schema", "columns", "dtypes"}:
            reading.state.asked_schemas.add(frame.node)
        return found
    if registry.is_frame_method(name):
        return Method(frame, name)
    return _get_frame_item(reading, frame, name)


def _get_instance_attribute(reading: Reading, value: Instance, name: str) -> Value:  # noqa: PLR0911 - one for each kind
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
            return reading.invoke(found.bind(value), [], {})
        if "staticmethod" in decorators:
            return found
        return found.bind(value.cls if "classmethod" in decorators else value)
    return found


def _get_class_attribute(value: Class, name: str) -> Value:
    found = value.find(name)
    if isinstance(found, Function) and "classmethod" in found.decorators:
        return found.bind(value)
    if name == "__name__":
        return value.name
    return External(name) if found is MISSING else found


def get_item(reading: Reading, value: Value, key: Value) -> Value:  # noqa: C901, PLR0911 - one for each kind
    """Return ``value[key]``."""
    if isinstance(value, OneOf):
        known = [option for option in value.options if option is not None]
        return join_values(get_item(reading, option, key) for option in known)
    if isinstance(key, OneOf):
        return join_values(get_item(reading, value, option) for option in key.options)
    if isinstance(value, JobArguments) and isinstance(key, str) and key not in value:
        return reading.state.get_argument(key)
    if isinstance(value, DefaultDict) and isinstance(key, str) and key not in value:
        reading.state.journal.touch(value)
        return value.setdefault(key, value.make())
    if isinstance(value, dict):
        found = _get_dict_item(value, choose_key(reading, value, key))
        of_arguments = isinstance(found, External) and found.label == COMMAND_LINE
        return reading.state.get_argument(key) if of_arguments and isinstance(key, str) else found
    if isinstance(value, (list, tuple, str)):
        return _get_sequence_item(value, key)
    if isinstance(value, Frame):
        return _get_frame_item(reading, value, key)
    if isinstance(value, LibraryObject):
        return value.get_item(key)
    if isinstance(value, Instance):
        return reading.call_method(value, "__getitem__", [key], {})
    if isinstance(value, Class):
        return value.find(as_text(key)) if isinstance(key, str) else UNKNOWN
    if isinstance(value, External):
        return registry.get_external_item(reading.state, value, key)
    if isinstance(value, Column):
        return get_column_item(value, key)
    return UNKNOWN


def _get_dict_item(value: dict[Any, Value], key: Value) -> Value:
    key = as_key(key)
    if key in value and not isinstance(key, JobArgument):
        return value[key]
    loops = [item for name, item in value.items() if _is_open(name)]
    if loops and isinstance(key, str) and not has_placeholder(key):
        return join_values(loops)  # filled by a loop over unknown items: any of its turns
    unknown = isinstance(key, (External, Frame, JobArgument)) or (
        isinstance(key, str) and has_placeholder(key)
    )
    if unknown and value and len(value) <= ALTERNATIVES_LIMIT:
        # Which entry it is depends on the run: any of them may be.
        return value[key] if key in value else join_values(value.values())
    return UNKNOWN


def _is_open(key: Value) -> bool:
    return isinstance(key, External) or (isinstance(key, str) and has_placeholder(key))


def _get_sequence_item(value: Any, key: Value) -> Value:
    if isinstance(value, str) and has_placeholder(value):
        return _cut_ends(value, key)
    if isinstance(key, (int, slice)):
        try:
            return value[key]
        except (IndexError, ValueError):
            return UNKNOWN
    if isinstance(value, str):
        return UNKNOWN
    return join_values(value) if 0 < len(value) <= ALTERNATIVES_LIMIT else UNKNOWN


def _cut_ends(value: str, key: Value) -> Value:
    """Return ``text[:-1]`` and the like, understood where literal ends are cut off."""
    if isinstance(key, slice) and key.step is None:
        cut = value[key]
        if cut.count(OPEN) == cut.count(CLOSE):
            return cut
    return placeholder(get_label(value))


def _get_frame_item(reading: Reading, frame: Frame, key: Value) -> Value:  # noqa: PLR0911 - one for each kind
    if frame.kind == "collection":
        return reading.state.transform(frame)
    if frame.kind == "rows" and isinstance(key, int):
        return Frame(frame.node, "row", frame.label)
    if frame.kind == "row":
        return Frame(frame.node, "scalar", label_field(frame.label, key))
    if frame.kind in {"rows", "scalar", "grouped"}:
        label = label_field(frame.label, key)
        return frame if label == frame.label else Frame(frame.node, frame.kind, label)
    if isinstance(key, str):
        return get_column(frame, key)
    if isinstance(key, int) and frame.kind == "data":
        return reading.call_method(frame, "__getitem__", [key], {})
    if isinstance(key, (list, tuple)) and key and all(isinstance(name, str) for name in key):
        return reading.call_method(frame, "select", list(key), {})
    return frame
