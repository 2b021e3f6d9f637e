"""The arguments that a job is started with: Glue's, argparse's, the environment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder
from glueline_worker.lineage.script.domain.values import (
    COMMAND_LINE,
    MISSING,
    UNKNOWN,
    External,
    Instance,
    JobArgument,
    JobArguments,
    Value,
)
from glueline_worker.lineage.script.models.library import Library

_ARGUMENTS = re.compile(r"(?:^|_)(?:args|arguments|Args|Arguments|resolved_options)$")
"""The names of job arguments, where a helper of another module read them."""
_POSITION = "argv:"
"""The beginning of the label of the position of a name in ``sys.argv``."""


def _resolve_options(call: Call) -> Value:
    found = JobArguments()
    names = call.arg(1, "options")
    for name in names if isinstance(names, (list, tuple, set)) else ():
        if isinstance(name, str):
            # Glue hands the names to argparse, which has no dashes in the names of its results.
            found[name] = found[name.replace("-", "_")] = call.state.get_argument(name)
    return found


@dataclass(eq=False)
class ArgumentParser(LibraryObject):
    """An ``argparse.ArgumentParser`` with the values of its arguments, or one of ``optparse``."""

    values: dict[str, Value] = field(default_factory=dict)
    is_old: bool = False

    def call(self, call: Call) -> Value:
        """Call a method of the parser."""
        if call.name in {"add_argument", "add_option"}:
            self._add_argument(call)
            return UNKNOWN
        if call.name == "parse_args" and not self.is_old:
            return Namespace(call.state, self.values)
        if call.name in {"parse_known_args", "parse_args"}:
            return (Namespace(call.state, self.values), [])
        return self

    def _add_argument(self, call: Call) -> None:
        names = [as_text(name) for name in call.args]
        option = max(names, key=len, default="").lstrip("-")
        name = as_text(call.arg(None, "dest", default=option.replace("-", "_")))
        value = call.state.get_argument(option or name)
        default = call.arg(None, "default")
        if has_placeholder(value) and default is not None:
            value = JobArgument(default) if isinstance(default, str) else default
        self.values[name] = value


@dataclass(eq=False)
class Namespace(LibraryObject):
    """The arguments that ``argparse`` has parsed."""

    state: State
    values: dict[str, Value]

    def get_attribute(self, name: str) -> Value:
        """Return the argument ``name``."""
        if name == "__dict__":
            return JobArguments(self.values)
        found = self.values.get(name)
        return self.state.get_argument(name) if found is None else found

    def get_item(self, key: Value) -> Value:
        """Return the argument ``key``, as of ``vars(arguments)``."""
        return self.get_attribute(as_text(key))

    def set_item(self, key: Value, value: Value) -> None:
        """Set an argument."""
        if isinstance(key, str):
            self.values[key] = value


def _make_parser(call: Call) -> Value:
    del call
    return ArgumentParser()


def _list_variables(call: Call) -> Value:
    """Call ``vars(arguments)``."""
    value = call.arg(0)
    if isinstance(value, Namespace):
        found = JobArguments()
        found.update(value.values)
        return found
    return value.attributes if isinstance(value, Instance) else UNKNOWN


def _get_environment(call: Call) -> Value:
    default = call.arg(1, "default")
    if isinstance(default, str) and default:
        return JobArgument(default)
    return External("environ.item", f"env:{as_text(call.arg(0, 'key'))}")


def _get_attribute(state: State, value: External, name: str) -> Value:
    """Return an attribute of job arguments that a helper of another module has read."""
    if not _ARGUMENTS.search(value.name) or name.startswith("_"):
        return MISSING
    return state.get_argument(name)


def _get_item(state: State, value: External, key: Value) -> Value:
    """Return an item of job arguments, of the environment or of ``sys.argv``."""
    if _ARGUMENTS.search(value.name) and isinstance(key, str) and not has_placeholder(key):
        return state.get_argument(key)
    if value.name == "environ" and isinstance(key, str):
        return External("environ.item", f"env:{key}")
    if value.name == "argv":
        return _get_word(state, key)
    return MISSING


def _get_word(state: State, key: Value) -> Value:
    """Return an item of ``sys.argv``, or a part of it."""
    if isinstance(key, int):
        return state.get_argument(as_text(key))
    if isinstance(key, External) and key.label.startswith(_POSITION):
        return state.get_argument(key.label.removeprefix(_POSITION))
    return External("sys.argv" if isinstance(key, slice) else "argv.item", COMMAND_LINE)


def _find_position(call: Call) -> Value:
    """Call ``sys.argv.index("--name")``: the value comes next."""
    name = call.arg(0)
    known = isinstance(name, str) and not has_placeholder(name)
    return External("argv.index", f"{_POSITION}{name}") if known else UNKNOWN


JOB_ARGUMENTS = Library(
    functions={
        "getResolvedOptions": _resolve_options,
        "ArgumentParser": _make_parser,
        "OptionParser": lambda call: ArgumentParser(is_old=True),  # noqa: ARG005
        "vars": _list_variables,
        "argv.index": _find_position,
        "os.getenv": _get_environment,
        "getenv": _get_environment,
        "os.environ.get": _get_environment,
        "environ.get": _get_environment,
    },
    attributes=(_get_attribute,),
    items=(_get_item,),
)
