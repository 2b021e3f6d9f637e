"""A Scala script in, a graph out."""

from dataclasses import replace

from glueline.contract.lineage import Origin
from glueline_worker.lineage.model import Graph, Surroundings
from glueline_worker.lineage.scala.code import Code
from glueline_worker.lineage.scala.definitions import Translation
from glueline_worker.lineage.scala.lexer import lex
from glueline_worker.lineage.scala.names import find_names
from glueline_worker.lineage.script import read_script

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
    warnings = [_WARNING]
    if len(code) > _SIZE_LIMIT:
        warnings.append(f"only the first {_SIZE_LIMIT} characters of the script were read")
    try:
        python, lines = in_python(code[:_SIZE_LIMIT])
    except RecursionError:
        return Graph(Origin.SCRIPT, (), (*warnings, "the script is nested too deeply to be read"))
    graph = read_script(python, around)
    nodes = (
        replace(node, line=lines[node.line - 1] if node.line and node.line <= len(lines) else None)
        for node in graph.nodes
    )
    return Graph(Origin.SCRIPT, tuple(nodes), (*warnings, *graph.warnings))


def in_python(code: str) -> tuple[str, list[int]]:
    """A Scala script in Python, and the line of the script for each line of it."""
    tokens = lex(code)
    written = Code()
    for statement in _PREAMBLE:
        written.emit(statement, 1)
    Translation(tokens, find_names(tokens), written).script()
    return written.source()
