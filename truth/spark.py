"""A Spark without a cluster that analyses statements and scripts and moves no data."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from truth import capture
from truth.commands import COMMANDS, Written, read_plan
from truth.java import set_java_home
from truth.jvm import read_plan_tree
from truth.plan import Tree
from truth.tables import PARTITIONS, TABLES, VIEWS
from truth.walk import UnknownPlan

_OPTIONS = {
    "spark.master": "local[1]",
    "spark.ui.enabled": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.sources.default": "parquet",
    "spark.sql.legacy.createHiveTableByDefault": "false",
    "spark.sql.crossJoin.enabled": "true",
    "spark.log.level": "OFF",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss8m",
}


class Refused(Exception):
    """Spark does not accept a statement or script."""


class Spark:
    """A session with the tables of this harness."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self._state = session._jsparkSession.sessionState()
        modes = session._jvm.org.apache.spark.sql.execution.CommandExecutionMode
        self._skip = modes.SKIP()

    def make_tables(
        self,
        tables: Mapping[str, str] = TABLES,
        partitions: Mapping[str, str] = PARTITIONS,
        views: Mapping[str, str] = VIEWS,
    ) -> None:
        """Create tables without rows, and views."""
        for database in sorted({name.split(".")[0] for name in tables}):
            self.session.sql(f"CREATE DATABASE IF NOT EXISTS {database}")
        for name, columns in tables.items():
            by = f" PARTITIONED BY ({partitions[name]})" if name in partitions else ""
            self.session.sql(f"CREATE TABLE {name} ({columns}) USING parquet{by}")
        for name, query in views.items():
            self.session.sql(f"CREATE VIEW {name} AS {query}")

    def analyse(self, statement: str) -> Tree:
        """Return the analysed plan of a statement, which is not executed."""
        plan = self._state.sqlParser().parsePlan(statement)
        return read_plan_tree(self._state.executePlan(plan, self._skip).analyzed())

    def read_statement(self, statement: str, before: tuple[str, ...] = ()) -> Written:
        """Return what a statement yields or writes, after others that prepare it."""
        with self._undone():
            try:
                for text in before:
                    self.session.sql(text)
                return read_plan(self.analyse(statement))
            except Exception as error:
                raise _as_refused(error) from error

    def read_script(self, script: str) -> list[Written]:
        """Run a script, and return what it would write."""
        with self._undone(), capture.writes(self) as written:
            try:
                exec(compile(script, "job.py", "exec"), {"__name__": "__main__"})
            except Exception as error:
                raise _as_refused(error) from error
        return [read_plan(tree) if isinstance(tree, Tree) else tree for tree in written]

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """Drop the tables, views and functions that are made meanwhile."""
        catalog = self._state.catalog()
        tables = self._list_tables()
        try:
            yield
        finally:
            self.session.catalog.setCurrentDatabase("default")
            catalog.clearTempTables()
            for name in self._list_tables() - tables:
                kind = "VIEW" if "VIEW" in self._table_type(name) else "TABLE"
                self.session.sql(f"DROP {kind} IF EXISTS {name}")
            functions = catalog.listTemporaryFunctions().mkString(" ")
            for name in functions.split():
                catalog.dropTempFunction(name, True)

    def _list_tables(self) -> set[str]:
        catalog = self._state.catalog()
        databases = catalog.listDatabases().mkString(" ").split()
        return {
            name.removeprefix("`spark_catalog`.")
            for database in databases
            for name in catalog.listTables(database).mkString("\n").splitlines()
            if "." in name
        }

    def _table_type(self, name: str) -> str:
        return str(self.session.catalog.getTable(name).tableType)


def _as_refused(error: Exception) -> Exception:
    if isinstance(error, UnknownPlan):
        return error
    return Refused(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")


def is_command(tree: Tree) -> bool:
    """Tell whether a plan writes a table or a permanent view."""
    top = tree.children[-1] if tree.kind == "WithCTE" else tree
    if top.kind == "CreateViewCommand":
        kind = top.fields.get("viewType")
        return isinstance(kind, dict) and "PersistedView" in str(kind.get("object"))
    return top.kind in COMMANDS


@contextmanager
def start() -> Iterator[Spark]:
    """Start a Spark, and remove all that it wrote afterwards."""
    from pyspark.sql import SparkSession

    place = Path(tempfile.mkdtemp(prefix="truth-"))
    set_java_home(place)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.config("spark.sql.warehouse.dir", str(place / "warehouse"))
    for name, value in _OPTIONS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        yield Spark(session)
    finally:
        session.stop()
        shutil.rmtree(place, ignore_errors=True)
