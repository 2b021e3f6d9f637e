"""The columns that SQL in a script sees: those of tables, and of the session's views."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.script.domain.outputs import Outputs
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import Frame, Value
from glueline_worker.lineage.script.models.spark.known_columns import get_outputs, get_table_key


class SessionSchemas(Mapping[str, tuple[str, ...]]):
    """Schemas by ``database/table``, or by ``table`` alone; further parts lead into structs.

    They are looked up when the reader asks for them: a session may have thousands of tables.
    """

    def __init__(
        self,
        state: State,
        name: Callable[[tuple[str, ...]], Dataset],
        views: Mapping[str, Value],
    ) -> None:
        self._state = state
        self._name = name
        self._views = views
        self._found: dict[str, tuple[str, ...] | None] = {}

    @property
    def may_know(self) -> bool:
        """Tell whether any table or view may have known columns."""
        if self._state.context.schemas or self._state.declared_schemas:
            return True
        return any(self._find_in_view(view, []) is not None for view in self._views.values())

    def __getitem__(self, key: str) -> tuple[str, ...]:
        if key not in self._found:
            self._found[key] = self._find(key)
        found = self._found[key]
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def _find(self, key: str) -> tuple[str, ...] | None:
        first, *rest = key.split("/")
        if first.lower() in self._views:
            return self._find_in_view(self._views[first.lower()], rest)
        if rest and (found := self._find_table((first, rest[0]), rest[1:])) is not None:
            return found
        return self._find_table((first,), rest)

    def _find_table(self, name: tuple[str, ...], path: list[str]) -> tuple[str, ...] | None:
        table = get_table_key(self._name(name))
        if table is None:
            return None
        return self._state.find_schema("/".join((table, *path)))

    def _find_in_view(self, value: Value, path: list[str]) -> tuple[str, ...] | None:
        outputs = get_outputs(self._state, value.node) if isinstance(value, Frame) else None
        if outputs is None or not all(outputs.names):
            return None
        return self._find_fields(outputs, path) if path else tuple(outputs.names)

    def _find_fields(self, outputs: Outputs, path: list[str]) -> tuple[str, ...] | None:
        found = outputs.find_all(path[0])
        if len(found) != 1:
            return None
        if found[0].fields and len(path) == 1:
            return tuple(name for name, _ in found[0].fields)
        if found[0].shape is None:
            return None
        return self._state.context.schemas.get("/".join((found[0].shape, *path[1:])))
