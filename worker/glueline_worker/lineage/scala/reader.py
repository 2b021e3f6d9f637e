"""A Scala script in, a graph out."""

from dataclasses import replace

from glueline.contract.lineage import Origin
from glueline_worker.lineage.model import Graph, Surroundings
from glueline_worker.lineage.scala.declarations import find_names
from glueline_worker.lineage.scala.lexer import lex, unmatched
from glueline_worker.lineage.scala.python_writer import Code, Translated
from glueline_worker.lineage.scala.translator import Translation
from glueline_worker.lineage.script import read_script
from glueline_worker.lineage.script.source.parser import name_lines

_SIZE_LIMIT = 300_000
_PREAMBLE = (
    "import sys, json",
    "from awsglue.context import GlueContext",
    "from awsglue.dynamicframe import DynamicFrame",
    "from awsglue.utils import getResolvedOptions",
    "from delta.tables import DeltaTable",
    "from pyspark.context import SparkContext",
    "from pyspark.sql import SparkSession",
    "from pyspark.sql.functions import *",
)
_WARNING = "the script is Scala: its lineage is less certain than a Python script's"


def read_scala(text: str | bytes, around: Surroundings) -> Graph:
    """What a Scala job script reads, transforms and writes.

    The script is said in Python and given to the reader of Python scripts, so that values, frames,
    views and SQL are followed in the same way. Never raises: what cannot be understood is a
    warning.
    """
    code = text.decode("utf-8-sig", "replace") if isinstance(text, bytes) else text
    gaps: list[str] = []
    if len(code) > _SIZE_LIMIT:
        whole, code = len(code), code[:_SIZE_LIMIT].rpartition("\n")[0]
        gaps.append(f"{whole - len(code):,} of the script's {whole:,} characters were not read")
    try:
        python, lines, lost = in_python(code)
    except RecursionError:
        gaps.append("the script is nested too deeply to be read")
        return Graph(Origin.SCRIPT, (), (_WARNING, *gaps), tuple(gaps))
    if lost:
        gaps.append(f"does not read as Scala, and was left out: {name_lines(sorted(lost))}")
    graph = read_script(python, around)
    nodes = (
        replace(node, line=lines[node.line - 1] if node.line and node.line <= len(lines) else None)
        for node in graph.nodes
    )
    return Graph(
        Origin.SCRIPT,
        tuple(nodes),
        (_WARNING, *gaps, *graph.warnings),
        (*gaps, *graph.gaps),
    )


def in_python(code: str) -> Translated:
    """A Scala script in Python."""
    tokens = lex(code)
    written = Code()
    for statement in _PREAMBLE:
        written.emit(statement, 1)
    Translation(tokens, find_names(tokens), written).script()
    found = written.source()
    return found._replace(lost=[*found.lost, *unmatched(tokens)])
