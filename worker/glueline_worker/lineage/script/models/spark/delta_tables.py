"""Tables of Delta's package for Spark, and merges into them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from glueline.contract.lineage import Dataset, Effect
from glueline_worker.lineage.model import ColumnRef, Flow, IndirectRef
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.columns import combine_columns, decide_by
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder, render
from glueline_worker.lineage.script.domain.values import Column, Frame, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.spark.column_expressions import parse_column_expression
from glueline_worker.lineage.script.models.spark.known_columns import get_outputs, resolve_all

_STARS = frozenset({"whenMatchedUpdateAll", "whenNotMatchedInsertAll", "updateAll", "insertAll"})
_LISTS = frozenset(
    {
        "whenMatchedUpdate",
        "whenNotMatchedInsert",
        "whenNotMatchedBySourceUpdate",
        "update",
        "updateExpr",
        "insert",
        "insertExpr",
        "values",
    }
)


@dataclass(eq=False)
class SparkDeltaTable(LibraryObject):
    """A ``DeltaTable``, or a merge into it."""

    datasets: tuple[Dataset, ...]
    alias: str = ""
    condition: Value = None
    sets: tuple[tuple[str, Value], ...] = ()
    has_star: bool = False
    is_merge: bool = False
    source: Value = None

    def call(self, call: Call) -> Value:  # noqa: PLR0911 - one for each kind
        """Call a method of the table or of the merge."""
        if call.name == "toDF":
            return call.state.read(self.datasets, "delta")
        if call.name in {"alias", "as"} and not self.is_merge:
            return replace(self, alias=call.text(0, "aliasName") or "")
        if call.name == "merge":
            return replace(
                self,
                is_merge=True,
                source=call.arg(0, "source"),
                condition=call.arg(1, "condition"),
            )
        if call.name == "execute" or (call.name in {"update", "delete"} and not self.is_merge):
            return self._write(call)
        if call.name in _STARS:
            return replace(self, has_star=True)
        if call.name in _LISTS:
            found = {**call.mapping(None, "set", "values"), **_find_mapping(call)}
            return replace(self, sets=(*self.sets, *found.items()))
        return self

    def _write(self, call: Call) -> Value:
        frame = call.state.unite_frames(self.source)
        if frame is None or (not self.sets and not self.has_star):
            call.state.write(self.source, self.datasets, "merge")
            return None
        flow = self._make_flow(call.state, frame)
        nodes = dict.fromkeys(
            (frame.node, *(ref.node for refs in flow.columns.values() for ref in refs))
        )
        inputs = [Frame(node) for node in nodes]
        call.state.write_through(inputs, self.datasets, flow, "merge")
        return None

    def _make_flow(self, state: State, frame: Frame) -> Flow:
        columns: dict[str, tuple[ColumnRef, ...]] = {}
        indirect = self._list_indirect(state, frame, [self.condition], "join")
        for name, value in self.sets:
            refs, deciders = self._resolve(state, frame, value)
            target = render(name).replace("`", "").split(".")[-1]
            if has_placeholder(name):
                continue
            columns[target] = tuple(dict.fromkeys((*columns.get(target, ()), *refs)))
            indirect += [IndirectRef(ref, effect, target) for ref, effect in deciders]
        if not self.has_star:
            return Flow(columns, indirect=tuple(indirect))
        outputs = get_outputs(state, frame.node)
        if outputs is None:
            return Flow(columns, whole=(frame.node,), indirect=tuple(indirect))
        for name in outputs.names:
            ref = ColumnRef(frame.node, name)
            columns[name] = tuple(dict.fromkeys((*columns.get(name, ()), ref)))
        return Flow(columns, indirect=tuple(indirect))

    def _list_indirect(
        self, state: State, frame: Frame, values: list[Value], effect: Effect
    ) -> list[IndirectRef]:
        found = []
        for value in values:
            column = _parse(value)
            decided = Column(deciders=decide_by(self._strip(column), effect))
            found += [IndirectRef(*each) for each in resolve_all(state, frame, decided)[1]]
        return found

    def _resolve(
        self, state: State, frame: Frame, value: Value
    ) -> tuple[tuple[ColumnRef, ...], tuple[tuple[ColumnRef, Effect], ...]]:
        return resolve_all(state, frame, self._strip(_parse(value)))

    def _strip(self, column: Column) -> Column:
        """Leave out the columns of the table itself, which its alias marks."""
        before = f"{self.alias}."
        if not self.alias:
            return column
        return replace(
            column,
            refs=tuple(ref for ref in column.refs if not ref.name.startswith(before)),
            deciders=tuple(each for each in column.deciders if not each[0].name.startswith(before)),
        )


def _find_mapping(call: Call) -> dict[str, Value]:
    """Find the dict among the arguments: it stands before or behind a condition."""
    for value in call.args:
        if isinstance(value, dict):
            return {as_text(key): item for key, item in value.items()}
    return {}


def _parse(value: Value) -> Column:
    if isinstance(value, str):
        return parse_column_expression(value)
    return value if isinstance(value, Column) else combine_columns([value])


def _open_delta_table(call: Call) -> Value:
    """Call ``DeltaTable.forPath(spark, path)`` or ``forName(spark, name)``."""
    place = call.arg(
        1 if len(call.args) > 1 else 0, "path", "tableOrViewName", "name", "identifier"
    )
    is_name = call.name == "forName"
    find = datasets.find_spark_tables if is_name else datasets.find_locations
    return SparkDeltaTable(tuple(find(call.state, place)))


DELTA_TABLES = Library(
    functions=dict.fromkeys(
        ("DeltaTable.forPath", "DeltaTable.forName", "forPath", "forName"), _open_delta_table
    )
)
