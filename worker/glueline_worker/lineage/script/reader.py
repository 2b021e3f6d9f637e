"""The reader: the text of a script in, a graph out."""

from glueline.contract.lineage import Origin
from glueline_worker.lineage.model import Graph, LineageContext
from glueline_worker.lineage.script.domain.limits import report_limits_to
from glueline_worker.lineage.script.domain.state import ReadingExhausted, State
from glueline_worker.lineage.script.finish import finish_nodes
from glueline_worker.lineage.script.interpreter.conditions import list_lines_with_if
from glueline_worker.lineage.script.interpreter.entry_points import run_entry_points
from glueline_worker.lineage.script.interpreter.interpreter import Interpreter
from glueline_worker.lineage.script.interpreter.questions import Answers, list_ways
from glueline_worker.lineage.script.interpreter.statements import run_module
from glueline_worker.lineage.script.models.spark import hudi_streamer, spark_conf
from glueline_worker.lineage.script.source import parser

_DIVIDED = 3
"""Reads and writes from which on it matters which of them belong together."""
_STEPS_OF_WAYS = 400_000
"""The most steps that all ways through a script take together."""
_NODES_OF_WAYS = 4_000


def read_script(text: str | bytes, context: LineageContext) -> Graph:
    """Read the lineage of a Python job script: what it reads, transforms and writes.

    Nothing of the script is executed. Never raises: what cannot be understood is a warning.
    """
    first = _Script(parser.decode_script(text), context)
    first.follow({}, 1)
    ways = list_ways(first.reading)
    if not ways or not first.is_worth_dividing(len(ways)):
        return first.make_graph()
    graphs, at = [], 1
    for answers in ways:
        first.follow(answers, at)
        at += len(first.state.nodes)
        graphs.append(first.make_graph())
    return Graph(
        Origin.SCRIPT,
        tuple(node for graph in graphs for node in graph.nodes),
        tuple(dict.fromkeys(sentence for graph in graphs for sentence in graph.warnings)),
        tuple(dict.fromkeys(gap for graph in graphs for gap in graph.gaps)),
    )


class _Script:
    """A script, and the state after it was last followed."""

    def __init__(self, code: str, context: LineageContext) -> None:
        self.code = code
        self.context = context
        self.state = State(context)
        self.reading = Interpreter(self.state)
        self.lines = list_lines_with_if(code)
        self._remarks: list[tuple[str, bool]] = []
        self.module = parser.parse_script(
            code,
            lambda sentence: self._remarks.append((sentence, False)),
            lambda sentence: self._remarks.append((sentence, True)),
        )

    def follow(self, answers: Answers, first_node: int) -> None:
        """Follow the script from its start, with these answers to its questions."""
        self.state = state = State(self.context, first_node)
        self.reading = reading = Interpreter(state, answers)
        for sentence, is_gap in self._remarks:
            (state.leave_out if is_gap else state.warn)(sentence)
        spark_conf.read_arguments(state)
        spark_conf.read_magics(state, self.code)
        reading.lines_with_if[""] = self.lines
        try:
            with report_limits_to(state.leave_out):
                run_module(reading, self.module.body)
                if not any(node.datasets for node in state.nodes.values()):
                    run_entry_points(reading, self.module)
                if not any(node.datasets for node in state.nodes.values()):
                    hudi_streamer.find_streamer_arguments(state)
        except ReadingExhausted as exhausted:
            state.leave_out(f"{exhausted}; what was found by then is kept")
        except RecursionError:
            state.leave_out("the script is nested too deeply to be followed")

    def is_worth_dividing(self, ways: int) -> bool:
        """Tell whether the script moves enough data, and is short enough, for several ways."""
        nodes = self.state.nodes.values()
        return (
            sum(bool(node.datasets) for node in nodes) >= _DIVIDED
            and self.state.steps * ways <= _STEPS_OF_WAYS
            and len(nodes) * ways <= _NODES_OF_WAYS
        )

    def make_graph(self) -> Graph:
        """Return what was found."""
        state = self.state
        return Graph(Origin.SCRIPT, finish_nodes(state), state.list_warnings(), tuple(state.gaps))


__all__ = ["read_script"]
