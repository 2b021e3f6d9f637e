"""Windows of rows: ``Window.partitionBy(…).orderBy(…)``."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.column_methods import WindowColumns
from glueline_worker.lineage.script.domain.columns import combine_columns, parse_column_name
from glueline_worker.lineage.script.domain.values import Column, Value
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.spark.projections import flatten


@dataclass(eq=False)
class WindowSpec(WindowColumns):
    """A window with the columns that partition and order it."""

    columns: tuple[Value, ...] = ()
    order: tuple[Value, ...] = ()

    def call(self, call: Call) -> Value:
        """Call ``partitionBy``, ``orderBy`` or a limit of rows."""
        if call.name not in {"partitionBy", "orderBy"}:
            return self
        found = _read_columns(call)
        order = found if call.name == "orderBy" else self.order
        return WindowSpec((*self.columns, *found), tuple(order))

    def list_columns(self) -> Column:
        """Return all columns of the window as one."""
        return combine_columns(self.columns)

    def list_order(self) -> Column:
        """Return the columns that order the window, as one."""
        return combine_columns(self.order)


def _read_columns(call: Call) -> list[Value]:
    return [
        parse_column_name(value) if isinstance(value, str) else value
        for value in flatten(call.args)
    ]


def _open_window(call: Call) -> Value:
    return WindowSpec().call(call)


SPARK_WINDOWS = Library(
    functions={
        "Window.partitionBy": _open_window,
        "Window.orderBy": _open_window,
        "Window.rowsBetween": lambda _: WindowSpec(),
        "Window.rangeBetween": lambda _: WindowSpec(),
    }
)
