"""Read the lineage of a job from its visual nodes, its annotations and its script."""

import re
from collections.abc import Callable, Mapping, Sequence
from textwrap import dedent, indent
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from glueline.contract.lineage import Origin
from glueline_worker.lineage.dataflow import read_dataflow
from glueline_worker.lineage.files.file_kinds import (
    PIPELINE_REASON,
    Language,
    NotCode,
    has_signs_of_scala,
    recognise_script,
)
from glueline_worker.lineage.graph.collapse import collapse, outline
from glueline_worker.lineage.graph.merge import merge_lineages
from glueline_worker.lineage.model import Graph, Lineage, LineageContext, Schemas
from glueline_worker.lineage.scala import read_scala
from glueline_worker.lineage.script import read_script
from glueline_worker.lineage.script.source.parser import parse_and_keep
from glueline_worker.lineage.visual import read_visual

DataflowGraph = tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]
"""``DagNodes`` and ``DagEdges`` of GetDataflowGraph's answer."""

_DEFINES_PIPELINE = re.compile(
    r"^[ \t]*(?:from[ \t]+pyspark[ \t]+import[^\n]*\bpipelines\b|"
    r"(?:from|import)[ \t]+pyspark\.pipelines\b)",
    re.MULTILINE,
)
_NO_SCALA = "the script defines nothing that Scala could run; is it a script?"
_ARGUMENT_FIELDS = ("DefaultArguments", "NonOverridableArguments")


class _Part(Struct, frozen=True):
    """One description of a job: its graph, or the lineage of a reader that failed."""

    name: str
    graph: Graph
    failed: Lineage | None = None

    @property
    def has_outputs(self) -> bool:
        return any(node.role == "write" and node.datasets for node in self.graph.nodes)

    def list_datasets(self) -> Lineage:
        """Return the lineage without its edges, which take most of the work."""
        return self.failed or outline(self.graph)

    def resolve(self, context: LineageContext) -> Lineage:
        """Return the lineage; an exception becomes a failure of this job alone."""
        if self.failed is not None:
            return self.failed
        try:
            return collapse(self.graph, context)
        except Exception as error:  # noqa: BLE001 - it promises not to raise; this is the net
            return _make_failure(self.name, error)


class JobReading(Struct, frozen=True):
    """The graphs of a job's descriptions, as they were read with the schemas of ``context``."""

    context: LineageContext
    code: _Part | None
    others: tuple[_Part, ...]

    def list_datasets(self) -> Lineage:
        """Return the inputs and outputs without edges, at a small part of the cost."""
        code = self.code.list_datasets() if self.code else None
        return merge_lineages([part.list_datasets() for part in self.others], code)

    def resolve(self, schemas: Schemas) -> Lineage:
        """Return the lineage, whose columns are resolved by ``schemas``.

        The readers saw the schemas of ``context``: these must tell the readers nothing else.
        """
        context = replace(self.context, schemas=schemas)
        code = self.code.resolve(context) if self.code else None
        return merge_lineages([part.resolve(context) for part in self.others], code)


def read_job_lineage(
    definition: Mapping[str, Any],
    script: bytes | None,
    dag: DataflowGraph | None,
    context: LineageContext,
) -> Lineage:
    """Return the lineage of a job, from its visual nodes, its annotations and its script.

    ``definition`` is GetJob's ``Job``. Never raises: a part that cannot be read becomes a warning,
    and a gap if lineage may be in it.
    """
    return read_job(definition, script, dag, context).resolve(context.schemas)


def read_job(
    definition: Mapping[str, Any],
    script: bytes | None,
    dag: DataflowGraph | None,
    context: LineageContext,
) -> JobReading:
    """Read the descriptions of a job; never raises, as ``read_job_lineage``."""
    context = replace(context, arguments={**context.arguments, **read_script_arguments(definition)})
    nodes = definition.get("CodeGenConfigurationNodes")
    others = []
    code = None
    if script is not None:
        code = _read_part("the script", lambda: _read_code(definition, script, context))
    # The graph of a job that was edited as a script later is out of date.
    is_outdated = definition.get("JobMode") == "SCRIPT" and code is not None and code.has_outputs
    if nodes and not is_outdated:
        read_code = _make_custom_code_reader(context)
        others.append(
            _read_part(
                "the visual nodes", lambda: read_visual(nodes, context, custom_code=read_code)
            )
        )
    if dag:
        others.append(_read_part("the annotations", lambda: read_dataflow(*dag, context)))
    return JobReading(context, code, tuple(others))


def read_script_arguments(definition: Mapping[str, Any]) -> dict[str, str]:
    """Return the arguments of a job's script without their dashes, and the job's own name."""
    arguments = {"JOB_NAME": str(definition["Name"])} if definition.get("Name") else {}
    for field in _ARGUMENT_FIELDS:
        found = definition.get(field)
        for key, value in found.items() if isinstance(found, Mapping) else ():
            if isinstance(value, str):
                arguments[str(key).lstrip("-")] = value
    return arguments


def _read_part(name: str, read: Callable[[], Graph]) -> _Part:
    try:
        return _Part(name, read())
    except Exception as error:  # noqa: BLE001 - readers promise not to raise; this is the net
        return _Part(name, Graph(Origin.SCRIPT), _make_failure(name, error))


def _make_failure(part: str, error: Exception) -> Lineage:
    failed = (f"{part} could not be read: {type(error).__name__}",)
    return Lineage(warnings=failed, gaps=failed, failures=failed)


def _read_code(definition: Mapping[str, Any], script: bytes, context: LineageContext) -> Graph:
    if is_pipeline(definition):
        return _make_unread_graph(PIPELINE_REASON)
    found = recognise_script(script, _find_declared_language(definition))
    if isinstance(found, NotCode):
        return _make_unread_graph(found.reason)
    if found.language == "scala":
        graph = read_scala(found.text, context)
    else:
        parse_and_keep(found.text)  # it will be read again with the columns of its tables
        graph = read_script(found.text, context)
    gaps = (PIPELINE_REASON, *found.gaps) if _defines_pipeline(found.text) else found.gaps
    if found.language == "scala" and not graph.nodes and not has_signs_of_scala(found.text):
        gaps = (*gaps, _NO_SCALA)
    return replace(graph, warnings=(*gaps, *graph.warnings), gaps=(*gaps, *graph.gaps))


def _defines_pipeline(text: str) -> bool:
    return "pipelines" in text and bool(_DEFINES_PIPELINE.search(text))


def _make_unread_graph(reason: str) -> Graph:
    return Graph(Origin.SCRIPT, warnings=(reason,), gaps=(reason,))


def is_pipeline(definition: Mapping[str, Any]) -> bool:
    """Tell whether a job runs a Spark Declarative Pipeline: a folder or a zip, no script."""
    value = read_script_arguments(definition).get("enable-spark-declarative-pipeline", "")
    return value.strip().lower() == "true"


def _find_declared_language(definition: Mapping[str, Any]) -> Language:
    command = definition.get("Command")
    location = str(command.get("ScriptLocation")) if isinstance(command, Mapping) else ""
    language = read_script_arguments(definition).get("job-language", "").lower()
    is_scala = language == "scala" or (not language and location.lower().endswith(".scala"))
    return "scala" if is_scala else "python"


def _make_custom_code_reader(context: LineageContext) -> Callable[[str, str], Graph]:
    """Return a reader of custom transforms: functions, which it calls for the script reader."""

    def read(name: str, code: str) -> Graph:
        if not name.isidentifier():
            return Graph(Origin.VISUAL)
        body = indent(dedent(code), "    ")
        script = f"def {name}(glueContext, dfc):\n{body}\n\n{name}(glueContext, {{}})\n"
        return read_script(script, context)

    return read
