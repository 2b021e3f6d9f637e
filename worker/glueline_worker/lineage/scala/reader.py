"""Read a Scala script: translate it to Python for the script reader."""

from msgspec.structs import replace

from glueline.contract.lineage import Origin
from glueline_worker.lineage.model import Graph, LineageContext
from glueline_worker.lineage.scala.declarations import find_declarations
from glueline_worker.lineage.scala.grammar.definitions import read_statement
from glueline_worker.lineage.scala.grammar.expressions import read_expression
from glueline_worker.lineage.scala.lexer import find_unmatched_lines, lex_scala
from glueline_worker.lineage.scala.python_writer import PythonWriter, Translation
from glueline_worker.lineage.scala.translator import Translator
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


def read_scala(text: str | bytes, context: LineageContext) -> Graph:
    """Return the graph of a Scala job script.

    The script is translated to Python for the reader of Python scripts, so that values, frames,
    views and SQL are followed in the same way. Never raises: text that cannot be understood
    becomes a warning.
    """
    code = text.decode("utf-8-sig", "replace") if isinstance(text, bytes) else text
    gaps: list[str] = []
    if len(code) > _SIZE_LIMIT:
        whole, code = len(code), code[:_SIZE_LIMIT].rpartition("\n")[0]
        gaps.append(f"{whole - len(code):,} of the script's {whole:,} characters were not read")
    try:
        python, lines, lost = translate(code)
    except RecursionError:
        gaps.append("the script is nested too deeply to be read")
        return Graph(Origin.SCRIPT, (), (_WARNING, *gaps), tuple(gaps))
    if lost:
        gaps.append(f"does not read as Scala, and was left out: {name_lines(sorted(lost))}")
    graph = read_script(python, context)
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


def translate(code: str) -> Translation:
    """Translate a Scala script to Python, with a call of its ``main``."""
    tokens = lex_scala(code)
    writer = PythonWriter()
    for statement in _PREAMBLE:
        writer.emit(statement, 1)
    translator = Translator(
        tokens,
        find_declarations(tokens),
        writer,
        read_expression=read_expression,
        read_statement=read_statement,
    )
    writer.emit(translator.statements(), 1)
    if "main" in translator.declarations.functions:
        writer.emit("main(sys.argv)", translator.cursor.token.line)
    translation = writer.finish()
    return translation._replace(lost=[*translation.lost, *find_unmatched_lines(tokens)])
