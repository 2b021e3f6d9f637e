"""What reading a script has found so far: nodes, temporary views, catalogs, local files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import KEEP, ColumnRef, Flow, LineageContext, Node, Role
from glueline_worker.lineage.script.domain.journal import Journal
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.template_text import hole, shown
from glueline_worker.lineage.script.domain.values import (
    DEPTH_LIMIT,
    Argument,
    Choice,
    Column,
    Frame,
    Instance,
    Tool,
    Value,
    options_of,
    words,
)

STEP_LIMIT = 800_000
"""Expressions and statements a script may take to be read; a second of work, about."""
STACK = Flow(rest=True, stacked=True)
"""Frames below one another, as after a union."""
PARTS_LIMIT = 5_000
NODE_LIMIT = 10_000
WARNING_LIMIT = 50
WEIGHTLESS = 32
"""Characters or items that count as one step."""


class Exhausted(Exception):
    """The script takes too long to read."""


class State:
    """Everything that lasts for the whole script."""

    def __init__(self, context: LineageContext) -> None:
        self.context = context
        self.journal = Journal()
        self.nodes: dict[str, Node] = {}
        self.views: dict[str, Value] = {}
        """Temporary views by their lower-case name, with the frame behind each."""
        self.files: dict[str, Value] = {}
        """What a file on the worker's own disk was written from."""
        self.catalogs: dict[str, dict[str, str]] = {}
        """Spark's ``spark.sql.catalog.…`` settings, without that prefix."""
        self.settings: dict[str, Value] = {"database": None}
        self.aliases: dict[str, dict[str, str]] = {}
        """For a node: the names given by ``alias`` in it, with the node that bears each."""
        self.groups: dict[str, tuple[Frame, list[Value]]] = {}
        """What a groupBy grouped, and by which keys."""
        self.tentative: set[str] = set()
        """Reads that count only when their data gets somewhere: settings are read, too."""
        self.warnings: dict[str, None] = {}
        self.gaps: dict[str, None] = {}
        self._unsaid: set[str] = set()
        self.line: int | None = None
        self.steps = 0
        self.depth = 0

    def tick(self, cost: int = 1) -> None:
        """Count a step; raise Exhausted past the limit."""
        self.steps += cost
        if self.steps > STEP_LIMIT:
            raise Exhausted("the script takes too long to follow")

    def weigh(self, value: Value) -> Value:
        """Count the size of a new value, so that memory is bounded as steps are."""
        if isinstance(value, (str, list, tuple, dict)) and len(value) > WEIGHTLESS:
            self.tick(len(value) // WEIGHTLESS)
        return value

    def warn(self, sentence: str) -> None:
        """Say what could not be understood."""
        self._say(self.warnings, sentence)

    def leave_out(self, sentence: str) -> None:
        """Say what was not read, so that lineage not found in this script may still exist."""
        self._say(self.gaps, sentence)

    def sentences(self) -> tuple[str, ...]:
        """All that was said, the gaps first, and how much was not."""
        said = dict.fromkeys((*self.gaps, *self.warnings))
        more = [f"{len(self._unsaid):,} more warnings are left out"] if self._unsaid else []
        return (*said, *more)

    def _say(self, said: dict[str, None], sentence: str) -> None:
        sentence = f"line {self.line}: {sentence}" if self.line else sentence
        if len(said) < WARNING_LIMIT or sentence in said:
            said[sentence] = None
        else:
            self._unsaid.add(sentence)

    def argument(self, name: str) -> str:
        """The job's argument ``name``: its default value, or a hole."""
        found = self.context.arguments.get(name)
        if found is None:
            found = self.context.arguments.get(name.replace("_", "-"))
        return Argument(found) if found else hole(f"arg:{name}")

    # Nodes

    def read(self, datasets: Sequence[Dataset], label: str = "", inputs: Value = ()) -> Frame:
        """A node that reads ``datasets``."""
        return self._add("read", self.frames_in(inputs), datasets, KEEP, label)

    def write(self, value: Value, datasets: Sequence[Dataset], label: str = "") -> Frame:
        """A node that writes what flows in ``value`` to ``datasets``."""
        return self._add("write", self.frames_in(value), datasets, STACK, label)

    def transform(self, inputs: Value, flow: Flow = KEEP, label: str = "") -> Frame:
        """A node whose data comes from the frames in ``inputs``."""
        return self._add("transform", self.frames_in(inputs), (), flow, label)

    def write_through(
        self, inputs: Value, datasets: Sequence[Dataset], flow: Flow, label: str
    ) -> Frame:
        """A node that writes with a flow of its own, as SQL's INSERT does."""
        return self._add("write", self.frames_in(inputs), datasets, flow, label)

    def _add(
        self,
        role: Role,
        inputs: tuple[str, ...],
        datasets: Sequence[Dataset],
        flow: Flow,
        label: str,
    ) -> Frame:
        if len(self.nodes) >= NODE_LIMIT:
            raise Exhausted(f"the script has more than {NODE_LIMIT:,} reads, writes and steps")
        if role == "write" and label == "":
            label = "write"
        identity = f"n{len(self.nodes) + 1}"
        self.nodes[identity] = Node(
            identity, role, inputs, tuple(dict.fromkeys(datasets)), flow, label, self.line
        )
        aliases: dict[str, str] = {}
        for before in inputs:
            aliases.update(self.aliases.get(before, ()))
        if aliases:
            self.aliases[identity] = aliases
        return Frame(identity)

    def one_frame(self, value: Value) -> Frame | None:
        """The one frame that ``value`` is; alternatives are united. None where none flows."""
        if isinstance(value, Frame):
            return value
        inputs = self.frames_in(value)
        if not inputs:
            return None
        if len(inputs) == 1:
            return Frame(inputs[0])
        return self._add("transform", inputs, (), STACK, "either")

    def frames_in(self, value: Value) -> tuple[str, ...]:
        """The ids of the nodes whose data is in ``value``, in order and without duplicates."""
        found: dict[str, None] = {}
        self._collect(value, found, 0)
        return tuple(found)

    def _collect(self, value: Value, found: dict[str, None], depth: int) -> None:
        if isinstance(value, Frame):
            if value.kind != "scalar":
                found[value.node] = None
        elif depth < DEPTH_LIMIT:
            for item in _parts(value):
                self._collect(item, found, depth + 1)


_CARRIERS = words("future buffer response body file bag path")


def _parts(value: Value) -> Iterable[Value]:  # noqa: PLR0911 - one for each kind
    if isinstance(value, (list, tuple, set)):
        return _first(list(value))
    if isinstance(value, dict):
        return _first(list(value.values()))
    if isinstance(value, Choice):
        return options_of(value)
    if isinstance(value, Column):
        return [Frame(node) for node, _ in value.refs if node is not None]
    if isinstance(value, Instance):
        return list(value.attributes.values())
    if isinstance(value, Tool) and value.kind in _CARRIERS:
        return list(value.data.values())
    return ()


def _first(items: list[Value]) -> list[Value]:
    if len(items) > PARTS_LIMIT and any(isinstance(item, Frame) for item in items[PARTS_LIMIT:]):
        more = len(items) - PARTS_LIMIT
        report_limit(f"{more:,} of {len(items):,} frames in a collection are left out")
    return items[:PARTS_LIMIT]


def rename_flow(node: str, pairs: Iterable[tuple[str, str]], *, rest: bool = False) -> Flow:
    """A flow of columns of ``node``: pairs of a source column and what it becomes."""
    columns: dict[str, tuple[ColumnRef, ...]] = {}
    for source, target in pairs:
        columns[shown(target)] = (*columns.get(shown(target), ()), ColumnRef(node, shown(source)))
    return Flow(columns, rest=rest)


def text_options(options: Mapping[Any, Any]) -> dict[str, Any]:
    """Options with their texts as names show them, ready for ``naming``."""
    return {shown(str(key)): _plain(value) for key, value in options.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, (list, tuple, set)):
        return [_plain(option) for item in value for option in options_of(item)]
    if isinstance(value, dict):
        return text_options(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    label = getattr(value, "label", None)
    return f"{{{label}}}" if isinstance(label, str) else "{unknown}"
