"""Calls: which value is called, and which module knows what that does."""

from __future__ import annotations

from glueline_worker.lineage.script.domain import (
    column_methods,
    columns,
    text_formats,
    text_methods,
)
from glueline_worker.lineage.script.domain.alternatives import (
    call_each,
    combine_alternatives,
    join_values,
    map_alternatives,
)
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    Class,
    Column,
    External,
    Frame,
    Function,
    Instance,
    Method,
    Module,
    OneOf,
    Value,
)
from glueline_worker.lineage.script.interpreter import containers
from glueline_worker.lineage.script.interpreter.functions import instantiate
from glueline_worker.lineage.script.models import registry

_Args = list[Value]
_Kwargs = dict[str, Value]
_WRAPPERS = frozenset({"remote", "delay", "func", "__wrapped__"})
"""Attributes of functions that Ray and Celery add, and that call the function."""


def call_value(reading: Reading, value: Value, args: _Args, kwargs: _Kwargs) -> Value:  # noqa: PLR0911 - one for each kind
    """Return ``value(*args, **kwargs)``."""
    if isinstance(value, Function):
        if value.decorators & {"udf", "pandas_udf"}:
            return columns.call_udf(value.name, [*args, *kwargs.values()])
        return reading.invoke(value, args, kwargs)
    if isinstance(value, External):
        return _call_external(reading, value, args, kwargs)
    if isinstance(value, Method):
        return reading.call_method(value.receiver, value.name, args, kwargs)
    if isinstance(value, Class):
        return instantiate(reading, value, args, kwargs)
    if isinstance(value, OneOf):
        return call_each(reading.call, value, args, kwargs)
    if isinstance(value, Instance):
        return reading.call_method(value, "__call__", args, kwargs)
    if isinstance(value, LibraryObject):
        return value.call(Call(reading, value, "__call__", args, kwargs))
    return reading.state.unite_frames([value, *args, *kwargs.values()]) or UNKNOWN


def call_method(  # noqa: C901, PLR0911 - one for each kind
    reading: Reading, value: Value, name: str, args: _Args, kwargs: _Kwargs
) -> Value:
    """Return ``value.name(*args, **kwargs)``."""
    if isinstance(value, Frame):
        if isinstance(own := reading.state.frame_methods.get(name), Function):
            return reading.invoke(own, [value, *args], kwargs)
        return registry.call_frame_method(Call(reading, value, name, args, kwargs))
    if isinstance(value, External):
        return _call_external(reading, value.part(name), args, kwargs)
    if isinstance(value, str):
        return _call_text(value, name, args, kwargs)
    if isinstance(value, LibraryObject):
        return call_each(
            lambda one, row, named: one.call(Call(reading, one, name, row, named)),
            value,
            args,
            kwargs,
        )
    if isinstance(value, Column):
        return _call_column(reading, value, name, args, kwargs)
    if isinstance(value, (list, tuple, dict, set)):
        return containers.call_container(Call(reading, value, name, args, kwargs))
    if isinstance(value, OneOf):
        return _call_one_of(reading, value, name, args, kwargs)
    if isinstance(value, Class) and name == "__subclasses__":
        return list(value.subclasses)
    if isinstance(value, (Function, Class)) and name in _WRAPPERS:
        return reading.call(value, args, kwargs)
    if isinstance(value, Instance) and not _has_attribute(value, name):
        return _call_base_method(reading, name, args, kwargs)
    if isinstance(value, (Instance, Class, Module)):
        return reading.call(reading.get_attribute(value, name), args, kwargs)
    return reading.state.unite_frames([*args, *kwargs.values()]) or UNKNOWN


def _call_external(reading: Reading, value: External, args: _Args, kwargs: _Kwargs) -> Value:
    return call_each(
        lambda one, row, named: registry.call_function(reading, one, row, named),
        value,
        args,
        kwargs,
    )


def _call_one_of(reading: Reading, value: OneOf, name: str, args: _Args, kwargs: _Kwargs) -> Value:
    frame = registry.unite_alternatives(reading.state, value, name)
    if frame is not None:
        return reading.call_method(frame, name, args, kwargs)
    return call_each(
        lambda one, row, named: reading.call_method(one, name, row, named), value, args, kwargs
    )


def _call_column(reading: Reading, value: Column, name: str, args: _Args, kwargs: _Kwargs) -> Value:
    """Call a method of a Spark column, or of a pandas series, which is a frame."""
    frame = None if name in columns.COLUMN_METHODS else reading.state.unite_frames(value)
    if frame is not None and registry.is_frame_method(name):
        return registry.call_frame_method(Call(reading, frame, name, args, kwargs))
    return column_methods.call_column_method(value, name, [*args, *kwargs.values()])


def _call_text(text: str, name: str, args: _Args, kwargs: _Kwargs) -> Value:
    if name == "format":
        return _format_text(text, args, kwargs)
    return map_alternatives(
        lambda receiver, *row: text_methods.call_text_method(receiver, name, list(row), kwargs),
        text,
        *args,
    )


def _format_text(template: str, args: _Args, kwargs: _Kwargs) -> Value:
    names = list(kwargs)
    return join_values(
        text_formats.format_braces(
            template, list(row[: len(args)]), dict(zip(names, row[len(args) :], strict=True))
        )
        for row in combine_alternatives([*args, *kwargs.values()])
    )


def _has_attribute(value: Instance, name: str) -> bool:
    return name in value.attributes or value.cls.find(name) is not MISSING


def _call_base_method(reading: Reading, name: str, args: _Args, kwargs: _Kwargs) -> Value:
    """Call a method that the script's class has from an external base, if at all."""
    if name.startswith("__"):
        return None
    return registry.call_function(reading, External(f"object.{name}"), args, kwargs)
