"""The findings of a reading so far: nodes, temporary views, catalogs, local files."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import KEEP, Flow, LineageContext, Node, Role
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.journal import Journal
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.outputs import Outputs
from glueline_worker.lineage.script.domain.query_results import find_results, hide_result
from glueline_worker.lineage.script.domain.template_text import placeholder
from glueline_worker.lineage.script.domain.values import (
    NESTING_LIMIT,
    Column,
    DataText,
    External,
    Frame,
    Function,
    Instance,
    JobArgument,
    OneOf,
    Value,
)
from glueline_worker.lineage.sql import EMPTY_SESSION

STEP_LIMIT = 800_000
"""The most expressions and statements to follow: about a second of work."""
STACKED = Flow(rest=True, stacked=True)
"""Frames below one another, as after a union."""
_PARTS_LIMIT = 5_000
_NODE_LIMIT = 10_000
_WARNING_LIMIT = 50
_SIZE_PER_STEP = 32
"""Characters or items that count as one step."""


class Grouping(NamedTuple):
    """A frame that a groupBy grouped by ``keys``, and what a pivot made columns of."""

    frame: Frame
    keys: list[Value]
    pivot: Value = None
    values: Value = None


class ReadingExhausted(Exception):
    """The script takes more steps or nodes than the limits allow."""


class State:
    """Everything that lasts for the whole script."""

    def __init__(self, context: LineageContext, first_node: int = 1) -> None:
        self.context = context
        self._first_node = first_node
        self.journal = Journal()
        self.nodes: dict[str, Node] = {}
        self.views: dict[str, Value] = {}
        """Temporary views by their lower-case name, with the frame behind each."""
        self.files: dict[str, Value] = {}
        """By path: the data that was written to a file on the worker's own disk."""
        self.catalogs: dict[str, dict[str, str]] = {}
        """Spark's ``spark.sql.catalog.…`` settings, without that prefix."""
        self.settings: dict[str, Value] = {"database": None}
        self.sessions: dict[str, LibraryObject] = {}
        """Objects that libraries keep for the whole script, such as a default connection."""
        self.frame_methods: dict[str, Value] = {}
        """Functions that the script has made methods of Spark's frames."""
        self.aliases: dict[str, dict[str, str]] = {}
        """By node: the names that ``alias`` gave in it, with the node of each."""
        self.groups: dict[str, Grouping] = {}
        """By node: what a groupBy grouped."""
        self.outputs: dict[str, Outputs | None] = {}
        """By node: its columns in their order; None where they are not known."""
        self.sql_session = EMPTY_SESSION
        """The SQL functions and variables that the script's SQL has defined so far."""
        self.origins: dict[str, int] = {}
        """By node: the datasets that flow into it, as bits of their numbers."""
        self._dataset_bits: dict[Dataset, int] = {}
        self.has_star_functions = False
        """True once the script imports all of Spark's functions by their bare names."""
        # The databases that each line makes the current one: it is open if they are several.
        self.databases_set: dict[int, set[str]] = {}
        self.tentative: set[str] = set()
        """Reads that count only when their data gets somewhere: settings are read, too."""
        self.declared: dict[tuple[Dataset, Dataset], None] = {}
        """Places in which the script says that the data of a catalog table is, with the table."""
        self.declared_schemas: dict[str, tuple[str, ...]] = {}
        """The columns of tables that the script itself creates, by ``database/table``."""
        self.written: set[Dataset] = set()
        """The datasets that were written so far."""
        self.asked_schemas: set[str] = set()
        """Nodes whose columns or types the script asked for."""
        self.asked_data: set[str] = set()
        """Nodes of which it called any other method."""
        self.warnings: dict[str, None] = {}
        self.gaps: dict[str, None] = {}
        self._omitted: set[str] = set()
        self.line: int | None = None
        self.module = ""
        """The imported module that is run; "" in the script itself."""
        self._line_of_use: int | None = None
        self.steps = 0
        self.depth = 0

    @contextmanager
    def enter_module(self, module: str) -> Iterator[None]:
        """Run code of an imported module: what it does counts for the script's present line."""
        before = self.module, self._line_of_use, self.line
        self.module, self._line_of_use = module, self.line_in_script
        try:
            yield
        finally:
            self.module, self._line_of_use, self.line = before

    @property
    def line_in_script(self) -> int | None:
        """The line of the script itself that is followed."""
        return self._line_of_use if self.module else self.line

    def find_schema(self, key: str | None) -> tuple[str, ...] | None:
        """Return the columns of a table that the catalogue has, or that the script creates."""
        if key is None:
            return None
        return self.context.schemas.get(key) or self.declared_schemas.get(key)

    def charge(self, cost: int = 1) -> None:
        """Count a step; raise ReadingExhausted past the limit."""
        self.steps += cost
        if self.steps > STEP_LIMIT:
            raise ReadingExhausted("the script takes too long to follow")

    def charge_size(self, value: Value) -> Value:
        """Count the size of a new value, so that memory is bounded as steps are."""
        if isinstance(value, (str, list, tuple, dict)) and len(value) > _SIZE_PER_STEP:
            self.charge(len(value) // _SIZE_PER_STEP)
        return value

    def change(self, owner: LibraryObject, **attributes: Value) -> None:
        """Set attributes of an object; after a fork, each may be what any of the paths left."""
        self.journal.touch(vars(owner))
        vars(owner).update(attributes)

    def warn(self, sentence: str) -> None:
        """Add a warning about something that could not be understood."""
        self._add_sentence(self.warnings, sentence)

    def leave_out(self, sentence: str) -> None:
        """Add a gap: something that was not read, so that more lineage may exist."""
        self._add_sentence(self.gaps, sentence)

    def list_warnings(self) -> tuple[str, ...]:
        """List all warnings, the gaps first, and how many there was no room for."""
        found = dict.fromkeys((*self.gaps, *self.warnings))
        more = [f"{len(self._omitted):,} more warnings are left out"] if self._omitted else []
        return (*found, *more)

    def _add_sentence(self, found: dict[str, None], sentence: str) -> None:
        if self.line:
            place = f"module {self.module}, line" if self.module else "line"
            sentence = f"{place} {self.line}: {sentence}"
        if len(found) < _WARNING_LIMIT or sentence in found:
            found[sentence] = None
        else:
            self._omitted.add(sentence)

    def get_argument(self, name: str) -> str:
        """Return the job's argument ``name``: its default value, or a placeholder."""
        name = name.lstrip("-")
        found = self.context.arguments.get(name)
        if found is None:
            found = self.context.arguments.get(name.replace("_", "-"))
        label = f"arg:{name}"
        return JobArgument(found, label) if found else placeholder(label)

    # Nodes

    def read(self, datasets: Sequence[Dataset], label: str = "", inputs: Value = ()) -> Frame:
        """Add a node that reads ``datasets``; the file of a query's result is that result."""
        results = find_results(datasets)
        if not results:
            return self._add("read", self.find_frames(inputs), datasets, KEEP, label)
        inputs = [inputs, *(Frame(node) for node in results.values())]
        rest = [dataset for dataset in datasets if dataset not in results]
        role: Role = "read" if rest else "transform"
        return self._add(role, self.find_frames(inputs), rest, KEEP, label)

    def write(self, value: Value, datasets: Sequence[Dataset], label: str = "") -> Frame:
        """Add a node that writes what flows in ``value`` to ``datasets``."""
        return self._add("write", self.find_frames(value), datasets, STACKED, label)

    def transform(self, inputs: Value, flow: Flow = KEEP, label: str = "") -> Frame:
        """Add a node whose data comes from the frames in ``inputs``."""
        return self._add("transform", self.find_frames(inputs), (), flow, label)

    def write_through(
        self, inputs: Value, datasets: Sequence[Dataset], flow: Flow, label: str
    ) -> Frame:
        """Add a node that writes with a flow of its own, as SQL's INSERT does."""
        return self._add("write", self.find_frames(inputs), datasets, flow, label)

    def _add(
        self,
        role: Role,
        inputs: tuple[str, ...],
        datasets: Sequence[Dataset],
        flow: Flow,
        label: str,
    ) -> Frame:
        if len(self.nodes) >= _NODE_LIMIT:
            raise ReadingExhausted(
                f"the script has more than {_NODE_LIMIT:,} reads, writes and steps"
            )
        if role == "write" and label == "":
            label = "write"
        identity = f"n{len(self.nodes) + self._first_node}"
        if role == "write":
            self.written.update(datasets)
        elif datasets and self.written.issuperset(datasets):
            self.tentative.add(identity)  # what the job has written is only looked at
        named = tuple(dict.fromkeys(map(hide_result, datasets)) if datasets else ())
        self.nodes[identity] = Node(identity, role, inputs, named, flow, label, self.line_in_script)
        bits = 0
        for dataset in named if role == "read" else ():
            bits |= self._dataset_bits.setdefault(dataset, 1 << len(self._dataset_bits))
        aliases: dict[str, str] = {}
        for before in inputs:
            bits |= self.origins.get(before, 0)
            if before in self.aliases:
                aliases.update(self.aliases[before])
        self.origins[identity] = bits
        if aliases:
            self.aliases[identity] = aliases
        return Frame(identity)

    def declare_tables(self, tables: Iterable[Dataset], places: Iterable[Dataset]) -> None:
        """Note that the data of each table is in each place: who writes there writes the table."""
        for table in tables:
            self.declared.update(((place, table), None) for place in places)

    def mark_tentative(self, before: int) -> None:
        """Let the reads after the first ``before`` nodes count only when they get somewhere."""
        for identity in list(self.nodes)[before:]:
            if self.nodes[identity].role == "read":
                self.tentative.add(identity)

    def unite_frames(self, value: Value) -> Frame | None:
        """Return all frames in ``value`` as one; None where none flows."""
        if isinstance(value, Frame):
            return value
        inputs = self.find_frames(value)
        if not inputs:
            return None
        if len(inputs) == 1:
            return Frame(inputs[0])
        return self._add("transform", inputs, (), STACKED, "either")

    def find_frames(self, value: Value) -> tuple[str, ...]:
        """Find the ids of the nodes whose data is in ``value``, in order, without duplicates."""
        if type(value) in _WITHOUT_FRAMES:
            return ()
        found: dict[str, None] = {}
        self._collect(value, found, 0)
        return tuple(found)

    def _collect(self, value: Value, found: dict[str, None], depth: int) -> None:
        if isinstance(value, Frame):
            if value.kind != "scalar":
                found[value.node] = None
        elif depth < NESTING_LIMIT:
            for item in _list_parts(value):
                if type(item) not in _WITHOUT_FRAMES:
                    self._collect(item, found, depth + 1)


_WITHOUT_FRAMES = frozenset({str, int, float, bool, type(None), External, JobArgument, Function})
"""Kinds of values in which no data flows: most of what is looked at."""


def _list_parts(value: Value) -> Iterable[Value]:  # noqa: PLR0911 - one for each kind
    if isinstance(value, (list, tuple, set)):
        return _limit_parts(list(value))
    if isinstance(value, dict):
        return _limit_parts(list(value.values()))
    if isinstance(value, OneOf):
        return get_alternatives(value)
    if isinstance(value, Column):
        return [Frame(ref.node) for ref in value.refs if ref.node is not None]
    if isinstance(value, DataText):
        return [Frame(node) for node in value.nodes]
    if isinstance(value, Instance):
        return list(value.attributes.values())
    if isinstance(value, LibraryObject):
        return value.list_contents()
    return ()


def _limit_parts(items: list[Value]) -> list[Value]:
    if len(items) > _PARTS_LIMIT and any(isinstance(item, Frame) for item in items[_PARTS_LIMIT:]):
        more = len(items) - _PARTS_LIMIT
        report_limit(f"{more:,} of {len(items):,} frames in a collection are left out")
    return items[:_PARTS_LIMIT]
