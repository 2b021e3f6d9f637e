"""Calls: who is called, and which handler knows about it."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.script.domain import alternatives, columns, template_text
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
    LibraryObject,
    Method,
    OneOf,
    Value,
    combine_alternatives,
    join_values,
)
from glueline_worker.lineage.script.interpreter import attributes
from glueline_worker.lineage.script.models.call import Call
from glueline_worker.lineage.script.models.python import containers
from glueline_worker.lineage.script.models.registry import call_foreign, call_tool
from glueline_worker.lineage.script.models.spark import frames

Handler = Callable[[Call], Value]


_WRAPPERS = frozenset({"remote", "delay", "func", "__wrapped__"})


class Caller(Reading):
    """Finds what a call means."""

    def call(self, value: Value, args: list[Value], kwargs: dict[str, Value]) -> Value:  # noqa: PLR0911 - one for each kind
        """``value(*args, **kwargs)``."""
        if isinstance(value, Function):
            if value.decorators & {"udf", "pandas_udf"}:
                return columns.combine_columns(args)
            return self.invoke(value, args, kwargs)
        if isinstance(value, External):
            return self._call_foreign(value, args, kwargs)
        if isinstance(value, Method):
            return self.call_method(value.receiver, value.name, args, kwargs)
        if isinstance(value, Class):
            return instantiate(self, value, args, kwargs)
        if isinstance(value, OneOf):
            return alternatives.call_each(self.call, value, args, kwargs)
        if isinstance(value, Instance):
            return self.call_method(value, "__call__", args, kwargs)
        if isinstance(value, LibraryObject):
            return call_tool(self, value, "__call__", args, kwargs)
        return self.state.unite_frames([value, *args, *kwargs.values()]) or UNKNOWN

    def call_method(  # noqa: C901, PLR0911 - one for each kind
        self, value: Value, name: str, args: list[Value], kwargs: dict[str, Value]
    ) -> Value:
        """``value.name(*args, **kwargs)``."""
        if isinstance(value, Frame):
            return frames.call(Call(self, value, name, args, kwargs))
        if isinstance(value, External):
            return self._call_foreign(value.part(name), args, kwargs)
        if isinstance(value, str):
            return (
                template_text.map_alternatives(
                    lambda receiver, *row: template_text.call_text_method(
                        receiver, name, list(row), kwargs
                    ),
                    value,
                    *args,
                )
                if name != "format"
                else _format(value, args, kwargs)
            )
        if isinstance(value, LibraryObject):
            return alternatives.call_each(
                lambda one, row, named: call_tool(self, one, name, row, named), value, args, kwargs
            )
        if isinstance(value, Column):
            return self._call_column(value, name, args, kwargs)
        if isinstance(value, (list, tuple, dict, set)):
            return containers.call(Call(self, value, name, args, kwargs))
        if isinstance(value, OneOf):
            return self._call_choice(value, name, args, kwargs)
        if isinstance(value, (Function, Class)) and name in _WRAPPERS:
            return self.call(value, args, kwargs)  # of Ray and Celery
        if isinstance(value, Instance) and not _has(value, name):
            return _inherited(self, name, args, kwargs)
        if isinstance(value, (Instance, Class)):
            return self.call(attributes.get_attribute(self, value, name), args, kwargs)
        return self.state.unite_frames([*args, *kwargs.values()]) or UNKNOWN

    def _call_foreign(self, value: External, args: list[Value], kwargs: dict[str, Value]) -> Value:
        return alternatives.call_each(
            lambda one, row, named: call_foreign(self, one, row, named), value, args, kwargs
        )

    def _call_choice(
        self, value: OneOf, name: str, args: list[Value], kwargs: dict[str, Value]
    ) -> Value:
        frame = self.state.unite_frames(value) if name in frames.VIEWS else None
        if frame is not None:  # one view with either frame behind it
            return self.call_method(frame, name, args, kwargs)
        return alternatives.call_each(
            lambda one, row, named: self.call_method(one, name, row, named), value, args, kwargs
        )

    def _call_column(
        self, value: Column, name: str, args: list[Value], kwargs: dict[str, Value]
    ) -> Value:
        """A method of a Spark column, or of a pandas series, which is a frame."""
        frame = None if name in columns.COLUMN_METHODS else self.state.unite_frames(value)
        if frame is not None and frames.is_method(name):
            return frames.call(Call(self, frame, name, args, kwargs))
        return columns.call_column_method(value, name, args)

    def frame_method(self, name: str) -> bool:
        """Whether frames have a method ``name``."""
        return frames.is_method(name)

    def set_tool_item(self, tool: LibraryObject, key: Value, value: Value) -> None:
        """``tool[key] = value``."""
        if tool.kind == "namespace" and isinstance(key, str):
            tool.data[key] = value


def _format(template: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    names = list(kwargs)
    found = [
        template_text.format_braces(
            template, list(row[: len(args)]), dict(zip(names, row[len(args) :], strict=True))
        )
        for row in combine_alternatives([*args, *kwargs.values()])
    ]
    return join_values(found)


def _has(value: Instance, name: str) -> bool:
    return name in value.attributes or value.cls.find(name) is not MISSING


def _inherited(run: Reading, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """A method that the script's class has from a foreign base, if at all."""
    if name.startswith("__"):
        return None
    return call_foreign(run, External(f"object.{name}"), args, kwargs)


def instantiate(run: Reading, cls: Class, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``cls(*args, **kwargs)``."""
    made = Instance(cls)
    initializer = cls.find("__init__")
    if isinstance(initializer, Function):
        run.invoke(initializer.bind(made), args, kwargs)
    elif cls.fields:
        made.attributes.update(zip(cls.fields, args, strict=False))
        made.attributes.update(kwargs)
        after = cls.find("__post_init__")
        if isinstance(after, Function):
            run.invoke(after.bind(made), [], {})
    return made
