"""A SQLite sink with a large catalogue, written straight into its schema.

A run would take as long as its calls of AWS. The rows are those that a run writes.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from glueline.contract.lineage import ColumnEdge, Origin
from glueline.contract.messages import ExtractionRequest
from glueline.contract.records import JobRecord, LineageRecord, Record
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming import name_catalog_table, name_location
from glueline_worker.sinks.model import Part, Run
from glueline_worker.sinks.sql.database import SqlDatabase
from glueline_worker.sinks.sql.engine import make_sqlite_engine
from glueline_worker.sinks.sql.rows import make_rows
from glueline_worker.sinks.sql.upsert import upsert_rows

_ORIGIN = RecordOrigin("default", "eu-west-1", "123456789012")
_HERE = LineageContext(region=_ORIGIN.region, account=_ORIGIN.catalog_id)
_TABLES_PER_DATABASE = 1000
_TABLES_PER_JOB = 10
_COLUMNS = [{"Name": f"column_{number}", "Type": "string"} for number in range(8)]
_RECORDS_AT_ONCE = 5000


def write_catalogue(file: Path, tables: int) -> None:
    """Write so many tables, and for each ten a job that reads one and writes to the next's path."""
    asyncio.run(_write(file, tables))


def name_numbered_table(number: int) -> tuple[str, str]:
    """Return the database and the name of a table."""
    return f"database_{number // _TABLES_PER_DATABASE}", f"table_{number}"


async def _write(file: Path, tables: int) -> None:
    database = SqlDatabase(file.name, make_sqlite_engine(str(file)), threads=1, file=file)
    await database.open()
    run = Run("0" * 32, 1, ExtractionRequest(), datetime.now(UTC))
    records = _make_records(tables)
    while batch := tuple(islice(records, _RECORDS_AT_ONCE)):
        await database.in_transaction(partial(_upsert, run, batch))
    await database.close()


def _upsert(run: Run, records: tuple[Record, ...], connection: Connection) -> None:
    rows = make_rows(run, [Part("", records, None)], run.created_at, allow_nul=True)
    upsert_rows(connection, rows, run.generation)


def _make_records(tables: int) -> Iterator[Record]:
    for number in range(tables):
        database, name = name_numbered_table(number)
        answer = {
            "Name": name,
            "Description": f"table number {number}",
            "StorageDescriptor": {"Location": _locate(number), "Columns": _COLUMNS},
        }
        yield make_table_record(answer, _ORIGIN, database_name=database)
        if number % _TABLES_PER_JOB == 0:
            yield from _make_job(number)


def _make_job(number: int) -> Iterator[Record]:
    """Make a job that reads a table and writes to the place of the next one."""
    name = f"job_{number}"
    place = {"source": "default", "region": _ORIGIN.region, "catalog_id": _ORIGIN.catalog_id}
    yield JobRecord(name=name, **place)
    yield LineageRecord(
        process=f"job/{name}",
        upstream=name_catalog_table(*name_numbered_table(number), _HERE),
        downstream=name_location(f"{_locate(number + 1)}/day=1"),
        origins=(Origin.SCRIPT,),
        columns=(ColumnEdge(upstream="column_1", downstream="column_2", line=7),),
        **place,
    )


def _locate(number: int) -> str:
    return f"s3://lake/{'/'.join(name_numbered_table(number))}"
