"""What a job is started with: its arguments, argparse, the environment."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    Instance,
    JobArgument,
    JobArguments,
    LibraryObject,
    Value,
)
from glueline_worker.lineage.script.models.call import Call


def _resolved_options(call: Call) -> Value:
    found = JobArguments()
    names = call.arg(1, "options")
    for name in names if isinstance(names, (list, tuple, set)) else ():
        if isinstance(name, str):
            found[name] = call.state.get_argument(name)
    return found


def _parser(call: Call) -> Value:
    del call
    return LibraryObject("parser", {})


def call_parser(call: Call) -> Value:
    """A method of an ``ArgumentParser``."""
    tool: LibraryObject = call.receiver
    if call.name == "add_argument":
        names = [as_text(name) for name in call.args]
        longest = max(names, key=len, default="")
        name = as_text(call.arg(None, "dest", default=longest.lstrip("-").replace("-", "_")))
        given = call.state.get_argument(name)
        default = call.arg(None, "default")
        if has_placeholder(given) and default is not None:
            given = JobArgument(default) if isinstance(default, str) else default
        tool.data[name] = given
        return UNKNOWN
    if call.name == "parse_args":
        return LibraryObject("namespace", tool.data)
    if call.name == "parse_known_args":
        return (LibraryObject("namespace", tool.data), [])
    return tool


def _variables(call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, LibraryObject):
        found = JobArguments()
        found.update(value.data)
        return found
    return value.attributes if isinstance(value, Instance) else UNKNOWN


def _environment(call: Call) -> Value:
    default = call.arg(1, "default")
    if isinstance(default, str) and default:
        return JobArgument(default)
    return External("environ.item", f"env:{as_text(call.arg(0, 'key'))}")


FUNCTIONS: dict[str, Callable[[Call], Value]] = {
    "getResolvedOptions": _resolved_options,
    "ArgumentParser": _parser,
    "vars": _variables,
    "os.getenv": _environment,
    "getenv": _environment,
    "os.environ.get": _environment,
    "environ.get": _environment,
}
"""By the end of their path."""
