"""A script in, a graph out."""

from dataclasses import replace

from glueline.contract.lineage import Origin
from glueline_worker.lineage.model import Graph, LineageContext, Node
from glueline_worker.lineage.script.domain.limits import reported_to
from glueline_worker.lineage.script.domain.state import Exhausted, State
from glueline_worker.lineage.script.interpreter.entry_points import run_uncalled
from glueline_worker.lineage.script.interpreter.statements import Interpreter
from glueline_worker.lineage.script.models.spark import spark_conf
from glueline_worker.lineage.script.source import parser


def read_script(text: str | bytes, context: LineageContext) -> Graph:
    """What a Python job script reads, transforms and writes.

    Nothing of the script is executed. Never raises: what cannot be understood is a warning.
    """
    state = State(context)
    spark_conf.from_arguments(state)
    code = parser.decode(text)
    spark_conf.from_magics(state, code)
    module = parser.parse(code, state.warn, state.leave_out)
    run = Interpreter(state)
    try:
        with reported_to(state.leave_out):
            run.run_module(module)
            if not any(node.datasets for node in state.nodes.values()):
                run_uncalled(run, module)
    except Exhausted as exhausted:
        state.leave_out(f"{exhausted}; what was found by then is kept")
    except RecursionError:
        state.leave_out("the script is nested too deeply to be followed")
    return Graph(Origin.SCRIPT, _kept(state), state.sentences(), tuple(state.gaps))


def _kept(state: State) -> tuple[Node, ...]:
    """All nodes but the tentative reads whose data reaches no write."""
    reached: set[str] = set()
    for node in reversed(state.nodes.values()):
        # An input always comes before the node that it flows into.
        if node.role == "write" or node.id in reached:
            reached.update(node.inputs)
    return tuple(
        replace(node, role="transform", datasets=())
        if node.id in state.tentative and node.id not in reached
        else node
        for node in state.nodes.values()
    )


__all__ = ["read_script"]
