"""Keep what a script would write, without writing it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from truth.commands import Written, read_plan
from truth.jvm import read_plan_tree
from truth.plan import Tree

if TYPE_CHECKING:
    from truth.spark import Spark

_FILES = ("parquet", "csv", "json", "orc", "text", "save")


@contextmanager
def writes(spark: Spark) -> Iterator[list[Tree | Written]]:
    """Yield a list that fills with the plans of what is written meanwhile."""
    from pyspark.sql import SparkSession
    from pyspark.sql.readwriter import DataFrameWriter, DataFrameWriterV2

    found: list[Tree | Written] = []
    by_sql = type(spark.session).sql

    def sql(session: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        from truth.spark import is_command

        if not args and not kwargs and query.lstrip()[:5].upper() not in {"BEGIN", "DECLA"}:
            tree = spark.analyse(query)
            if is_command(tree):
                found.append(tree)
                if tree.kind in {"MergeIntoTable", "UpdateTable"} or "Insert" in tree.kind:
                    return None
        return by_sql(session, query, *args, **kwargs)

    def save_as_table(writer: Any, name: str, *_args: Any, **_options: Any) -> None:
        found.append(_name(read_plan(_plan(writer._df)), name))

    def insert_into(writer: Any, name: str, *_args: Any, **_options: Any) -> None:
        written = read_plan(_plan(writer._df))
        columns = spark.session.table(name).columns
        values = [value for _, value in written.columns]
        found.append(Written(_full(name), list(zip(columns, values, strict=True)), written.rows))

    def save(writer: Any, path: str | None = None, *_args: Any, **_options: Any) -> None:
        found.append(_name(read_plan(_plan(writer._df)), f"path:{path}", full=False))

    def v2_init(writer: Any, df: Any, table: str) -> None:
        writer._df, writer._spark, writer._name = df, df.sparkSession, table

    def v2_write(writer: Any, *_args: Any) -> None:
        found.append(_name(read_plan(_plan(writer._df)), writer._name))

    def v2_same(writer: Any, *_args: Any, **_options: Any) -> Any:
        return writer

    with ExitStack() as stack:
        for owner in {SparkSession, type(spark.session)}:
            stack.enter_context(patch.object(owner, "sql", sql))
        stack.enter_context(patch.object(DataFrameWriter, "saveAsTable", save_as_table))
        stack.enter_context(patch.object(DataFrameWriter, "insertInto", insert_into))
        for name in _FILES:
            stack.enter_context(patch.object(DataFrameWriter, name, save))
        stack.enter_context(patch.object(DataFrameWriterV2, "__init__", v2_init))
        for name in ("create", "replace", "createOrReplace", "append", "overwrite"):
            stack.enter_context(patch.object(DataFrameWriterV2, name, v2_write))
        stack.enter_context(patch.object(DataFrameWriterV2, "overwritePartitions", v2_write))
        for name in ("using", "option", "options", "tableProperty", "partitionedBy", "clusterBy"):
            stack.enter_context(patch.object(DataFrameWriterV2, name, v2_same))
        yield found


def _plan(frame: Any) -> Tree:
    return read_plan_tree(frame._jdf.queryExecution().analyzed())


def _name(written: Written, name: str, *, full: bool = True) -> Written:
    written.table = _full(name) if full else name
    return written


def _full(name: str) -> str:
    return (name if "." in name else f"default.{name}").lower()
