"""The lineage of one job, with the columns of the tables that it reads and writes.

A job is read once where the columns of its tables are in the worker's memory, or change nothing
in its graphs. Otherwise it is read again with the columns that were asked for.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from glueline_worker.lineage.job import read_job
from glueline_worker.lineage.lost_columns import describe_lost_columns
from glueline_worker.lineage.model import Lineage, LineageContext, Schemas
from glueline_worker.lineage.schemas import WatchedSchemas, join_schemas
from glueline_worker.units.context import UnitContext
from glueline_worker.units.job_descriptions import JobDescriptions
from glueline_worker.units.table_columns import (
    MOST_TABLES,
    look_up_tables,
    select_readable_tables,
    warn_of_limit,
)

_ROUNDS = 2
"""How often a job's tables are asked for: with columns it may show further ones."""


async def resolve_job_lineage(
    definition: Mapping[str, Any], descriptions: JobDescriptions, context: UnitContext
) -> Lineage:
    """Read the lineage of a job, with a warning about columns that are lost on their way."""
    reader = _Reader(definition, descriptions, context)
    lineage, schemas = await reader.read()
    names = select_readable_tables((*lineage.inputs, *lineage.outputs), context)
    warn_of_limit(len(names), f"job {definition.get('Name')}", context)
    lost = describe_lost_columns(lineage, replace(reader.surroundings, schemas=schemas))
    return replace(lineage, warnings=(*lineage.warnings, *lost))


class _Reader:
    """The last reading of a job, and the schemas that it asked for."""

    def __init__(
        self, definition: Mapping[str, Any], descriptions: JobDescriptions, context: UnitContext
    ) -> None:
        self._definition = definition
        self._descriptions = descriptions
        self._context = context
        connections = descriptions.inputs.connections
        self.surroundings = LineageContext(
            region=context.at.region,
            account=context.at.account,
            connections={name: known for name, known in connections.items() if known},
            modules=descriptions.modules,
        )

    async def read(self) -> tuple[Lineage, Schemas]:
        """Return the lineage of the job, and the columns that it was read with."""
        # Reading a script can take its time; other units share the loop.
        used = await asyncio.to_thread(self._read_first)
        schemas: Schemas = {}
        for turn in range(_ROUNDS):
            found = await self._look_up_columns(used)
            if turn and len(found) == len(schemas):
                break
            schemas = found
            used = await asyncio.to_thread(self._resolve, schemas)
        return used, schemas

    def _read_first(self) -> Lineage:
        """Read the job with the columns that are in memory, if all of them are of its tables.

        Otherwise the lineage would hang on what else this process has read.
        """
        self._read(WatchedSchemas(_CachedSchemas(self._context).find))
        used = self._reading.list_datasets()
        names = select_readable_tables((*used.inputs, *used.outputs), self._context)
        if self._asked.list_tables() <= set(names):
            return used
        self._read(WatchedSchemas(lambda _: None))
        return self._reading.list_datasets()

    def _resolve(self, schemas: Schemas) -> Lineage:
        """Return the lineage with these columns; read again what depends on them."""
        if not self._asked.agree_with(schemas):
            self._read(WatchedSchemas(schemas.get))
        return self._reading.resolve(schemas)

    def _read(self, schemas: WatchedSchemas) -> None:
        script, dag = self._descriptions.script, self._descriptions.dag
        code, context = script and script.text, replace(self.surroundings, schemas=schemas)
        self._asked = schemas
        self._reading = read_job(self._definition, code, dag, context)

    async def _look_up_columns(self, used: Lineage) -> Schemas:
        """Ask for the tables that have not been asked for; return all schemas that are known."""
        descriptions, context = self._descriptions, self._context
        known = descriptions.inputs.columns
        if used.inputs and used.outputs:
            tables = select_readable_tables((*used.inputs, *used.outputs), context)
            names = [name for name in tables if name not in known][: MOST_TABLES - len(known)]
            found = await look_up_tables(names, context)
            known.update(found.schemas)
            is_complete = len(found.schemas) == len(names)
            descriptions.has_columns = descriptions.has_columns and is_complete
        return join_schemas(known)


class _CachedSchemas:
    """The schemas of the tables that this process has read for the run."""

    def __init__(self, context: UnitContext) -> None:
        self._context = context
        self._tables: dict[str, Mapping[str, Sequence[str]]] = {}

    def find(self, key: str) -> Sequence[str] | None:
        """Return the columns or fields at a key of ``Schemas``."""
        database, _, rest = key.partition("/")
        table, _, path = rest.partition("/")
        name = f"{database}/{table}"
        if name not in self._tables:
            run = self._context.run
            cached = self._context.column_cache.get(run.run_id, run.source, name)
            self._tables[name] = cached.schema if cached else {}
        return self._tables[name].get(path)
