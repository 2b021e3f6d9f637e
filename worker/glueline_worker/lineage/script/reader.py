"""The reader: the text of a script in, a graph out."""

from glueline.contract.lineage import Origin
from glueline_worker.lineage.model import Graph, LineageContext
from glueline_worker.lineage.script.domain.limits import report_limits_to
from glueline_worker.lineage.script.domain.state import ReadingExhausted, State
from glueline_worker.lineage.script.finish import finish_nodes
from glueline_worker.lineage.script.interpreter.entry_points import run_entry_points
from glueline_worker.lineage.script.interpreter.interpreter import Interpreter
from glueline_worker.lineage.script.interpreter.statements import run_module
from glueline_worker.lineage.script.models.spark import hudi_streamer, spark_conf
from glueline_worker.lineage.script.source import parser


def read_script(text: str | bytes, context: LineageContext) -> Graph:
    """Read the lineage of a Python job script: what it reads, transforms and writes.

    Nothing of the script is executed. Never raises: what cannot be understood is a warning.
    """
    state = State(context)
    spark_conf.read_arguments(state)
    code = parser.decode_script(text)
    spark_conf.read_magics(state, code)
    module = parser.parse_script(code, state.warn, state.leave_out)
    reading = Interpreter(state)
    try:
        with report_limits_to(state.leave_out):
            run_module(reading, module.body)
            if not any(node.datasets for node in state.nodes.values()):
                run_entry_points(reading, module)
            if not any(node.datasets for node in state.nodes.values()):
                hudi_streamer.read_job_arguments(state)
    except ReadingExhausted as exhausted:
        state.leave_out(f"{exhausted}; what was found by then is kept")
    except RecursionError:
        state.leave_out("the script is nested too deeply to be followed")
    return Graph(Origin.SCRIPT, finish_nodes(state), state.list_warnings(), tuple(state.gaps))


__all__ = ["read_script"]
