"""The lineage of a job, from all that describes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from textwrap import dedent, indent
from typing import Any

from glueline.contract.lineage import Origin
from glueline_worker.lineage.dataflow import read_dataflow
from glueline_worker.lineage.graph import collapse
from glueline_worker.lineage.merge import merge
from glueline_worker.lineage.model import Graph, Lineage, Surroundings
from glueline_worker.lineage.notebook import notebook_code
from glueline_worker.lineage.scala import read_scala
from glueline_worker.lineage.script import read_script
from glueline_worker.lineage.visual import read_visual

Dag = tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]
"""``DagNodes`` and ``DagEdges`` of GetDataflowGraph's answer."""

_ARGUMENT_FIELDS = ("DefaultArguments", "NonOverridableArguments")


def job_lineage(
    definition: Mapping[str, Any],
    script: bytes | None,
    dag: Dag | None,
    around: Surroundings,
) -> Lineage:
    """What a job reads and writes, by its visual nodes, its annotations and its script.

    ``definition`` is GetJob's ``Job``. Nothing is raised for any input: what cannot be read
    is said in the warnings.
    """
    around = replace(around, arguments={**around.arguments, **arguments_of(definition)})
    nodes = definition.get("CodeGenConfigurationNodes")
    others = []
    code = None
    if script:
        code = _guarded("the script", lambda: _read_code(definition, script, around), around)
    # The graph of a job that was edited as a script since is what somebody drew before.
    outdated = definition.get("JobMode") == "SCRIPT" and code is not None and code.outputs
    if nodes and not outdated:
        others.append(
            _guarded(
                "the visual nodes",
                lambda: read_visual(nodes, around, custom_code=_custom_code(around)),
                around,
            )
        )
    if dag:
        others.append(_guarded("the annotations", lambda: read_dataflow(*dag, around), around))
    return merge(others, code)


def arguments_of(definition: Mapping[str, Any]) -> dict[str, str]:
    """The arguments that a job's script sees, without their dashes, and its own name."""
    arguments = {"JOB_NAME": str(definition["Name"])} if definition.get("Name") else {}
    for field in _ARGUMENT_FIELDS:
        found = definition.get(field)
        for key, value in found.items() if isinstance(found, Mapping) else ():
            if isinstance(value, str):
                arguments[str(key).lstrip("-")] = value
    return arguments


def _guarded(what: str, read: Callable[[], Graph], around: Surroundings) -> Lineage:
    """One odd job must not end a run: whatever a reader trips over is a warning."""
    try:
        return collapse(read(), around)
    except Exception as error:  # noqa: BLE001 - readers promise not to raise; this is the net
        return Lineage(warnings=(f"{what} could not be read: {type(error).__name__}",))


def _read_code(definition: Mapping[str, Any], script: bytes, around: Surroundings) -> Graph:
    if (code := notebook_code(script)) is not None:
        return read_script(code, around)
    if _is_scala(definition):
        return read_scala(script.decode("utf-8", "replace"), around)
    return read_script(script, around)


def _is_scala(definition: Mapping[str, Any]) -> bool:
    command = definition.get("Command")
    location = str(command.get("ScriptLocation")) if isinstance(command, Mapping) else ""
    language = arguments_of(definition).get("job-language", "").lower()
    return language == "scala" or (not language and location.lower().endswith(".scala"))


def _custom_code(around: Surroundings) -> Callable[[str, str], Graph]:
    """Custom transforms are functions; the script reader follows what is called."""

    def read(name: str, code: str) -> Graph:
        if not name.isidentifier():
            return Graph(Origin.VISUAL)
        body = indent(dedent(code), "    ")
        script = f"def {name}(glueContext, dfc):\n{body}\n\n{name}(glueContext, {{}})\n"
        return read_script(script, around)

    return read
