"""Each kind of sink with a way to read back what it holds."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy
import zstandard

from glueline.contract.structs import to_builtins
from glueline_worker.catalog.types.column_types import parse_type
from glueline_worker.sinks.registry import parse_sink
from glueline_worker.sinks.sql.schema.tables import RECORD_TABLES
from glueline_worker.sinks.stdout.sink import StdoutSink
from glueline_worker.sinks.testing import SinkPlace


class Rows:
    """Reads a database as anybody could."""

    def __init__(self, url: str) -> None:
        driver = url.replace("postgresql:", "postgresql+psycopg:", 1)
        self._engine = sqlalchemy.create_engine(driver, poolclass=sqlalchemy.NullPool)

    def __call__(self, query: str, *parameters: Any) -> list[Any]:
        with self._engine.begin() as connection:
            result = connection.exec_driver_sql(query, parameters)
            return list(result) if result.returns_rows else []

    def live(self, table: str) -> list[str]:
        """The subjects of the rows that are not deleted."""
        query = f"SELECT subject FROM {table} WHERE deleted_at IS NULL ORDER BY subject"
        return [row.subject for row in self(query)]

    def texts(self) -> Iterator[str]:
        for table in RECORD_TABLES.values():
            for (text,) in self(f"SELECT CAST(record AS TEXT) FROM {table.name}"):
                yield text


def database_url(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of an empty database."""
    if kind == "postgresql":
        return request.getfixturevalue("postgres").create_database()
    return f"sqlite:///{folder}/glueline.db"


def sql_place(url: str) -> SinkPlace:
    return SinkPlace(
        lambda: parse_sink(url),
        Rows(url).texts,
        hides_unfinished=False,
        removes_cancelled=False,
        merges_runs=True,
        is_incremental=True,
    )


def file_place(root: Path) -> SinkPlace:
    def lines() -> Iterator[str]:
        for path in root.glob("*/run=*/*.jsonl"):
            yield from path.read_text().splitlines()

    return SinkPlace(lambda: parse_sink(f"file://{root}"), lines, is_incremental=True)


def zstd_place(root: Path) -> SinkPlace:
    def lines() -> Iterator[str]:
        for path in root.glob("*/run=*/*.jsonl.zst"):
            with path.open("rb") as file, zstandard.open(file, "rt", encoding="utf-8") as text:
                yield from text.read().splitlines()

    url = f"file://{root}?format=jsonl&compression=zstd"
    return SinkPlace(lambda: parse_sink(url), lines, is_incremental=True)


def parquet_place(root: Path) -> SinkPlace:
    def lines() -> Iterator[str]:
        for path in root.glob("*/run=*/*.parquet"):
            for row in pq.ParquetFile(path).read().to_pylist(maps_as_pydicts="strict"):
                yield json.dumps(complete_row(row), default=lambda time: time.isoformat())

    url = f"file://{root}?format=parquet"
    return SinkPlace(lambda: parse_sink(url), lines, is_incremental=True)


def complete_row(row: dict[str, Any]) -> dict[str, Any]:
    """Add what Parquet cannot hold: trees of types, and JSON of any form."""
    for column in (*row.get("columns", ()), *(row.get("partition_keys") or ())):
        if "type" in column:
            column["data_type"] = to_builtins(parse_type(column["type"]))
    return row | {"raw": row["raw"] and json.loads(row["raw"])}


def stdout_place() -> SinkPlace:
    stream = io.BytesIO()

    def lines() -> Iterator[str]:
        for line in stream.getvalue().decode().splitlines():
            assert json.loads(line)
            yield line

    return SinkPlace(
        lambda: StdoutSink(stream),
        lines,
        replaces=False,
        removes_cancelled=False,
        remembers_generations=False,
    )


def event_file_place(root: Path) -> SinkPlace:
    return SinkPlace(lambda: parse_sink(f"openlineage+file://{root}"), None, is_incremental=True)


def event_http_place(request: pytest.FixtureRequest, scheme: str) -> SinkPlace:
    """A service that takes everything. Without a certificate of ours, it speaks plain HTTP."""
    receiver = request.getfixturevalue("receiver")
    assert scheme in ("http", "https")
    url = f"openlineage+{receiver.url}"
    return SinkPlace(lambda: parse_sink(url), None, **SENDS)


def event_client_place(request: pytest.FixtureRequest, folder: Path) -> SinkPlace:
    config = folder / "openlineage.yml"
    log = folder / "events"
    config.write_text(f"transport: {{type: file, log_file_path: {log}, append: true}}")
    request.getfixturevalue("monkeypatch").setenv("OPENLINEAGE_CONFIG", str(config))
    return SinkPlace(lambda: parse_sink("openlineage+config:"), None, **SENDS)


SENDS = {"replaces": False, "removes_cancelled": False, "remembers_generations": False}
"""The abilities of a sink that sends what it gets."""

PLACES: dict[str, Callable[[pytest.FixtureRequest, Path], SinkPlace]] = {
    "sqlite": lambda request, folder: sql_place(database_url("sqlite", request, folder)),
    "postgresql": lambda request, folder: sql_place(database_url("postgresql", request, folder)),
    "file": lambda _, folder: file_place(folder / "out"),
    "file (zstd)": lambda _, folder: zstd_place(folder / "out"),
    "file (parquet)": lambda _, folder: parquet_place(folder / "out"),
    "openlineage+file": lambda _, folder: event_file_place(folder / "events"),
    "openlineage+http": lambda request, _: event_http_place(request, "http"),
    "openlineage+https": lambda request, _: event_http_place(request, "https"),
    "openlineage+config": event_client_place,
    "stdout": lambda *_: stdout_place(),
}
"""A place for each scheme of the registry, and for its formats; the tests of all sinks run against each."""
