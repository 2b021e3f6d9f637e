"""The functions of Spark sessions and contexts that are neither readers nor writers."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.template_text import list_texts
from glueline_worker.lineage.script.domain.values import Value
from glueline_worker.lineage.script.models import sql_engines
from glueline_worker.lineage.script.models.call import Call
from glueline_worker.lineage.script.models.spark import spark_io


def spark_sql(call: Call) -> Value:
    """``spark.sql(query)``."""
    return sql_engines.run_spark_sql(call.state, call.arg(0, "sqlQuery", "query"))


def spark_table(call: Call) -> Value:
    """``spark.table(name)``: a temporary view or a table."""
    return spark_io.call_reader(Call(call.run, spark_io.reader(), "table", call.args, call.kwargs))


def register(call: Call) -> Value:
    """``sqlContext.registerDataFrameAsTable(frame, name)``."""
    for name in list_texts(call.arg(1, "tableName", default="table")):
        sql_engines.register_view(call.state, name, call.arg(0, "df"))
    return None


def register_unknown(call: Call) -> Value:
    """``frame.createOrReplaceTempView(name)`` of a frame that another module made."""
    for name in list_texts(call.arg(0, "name")):
        sql_engines.register_view(call.state, name, call.state.transform((), label="view"))
    return None


def set_database(call: Call) -> Value:
    """``spark.catalog.setCurrentDatabase(name)``."""
    call.state.settings["database"] = call.text(0, "dbName")
    return None


def text_file(call: Call) -> Value:
    """``sc.textFile(path)``."""
    reader = spark_io.reader()
    return spark_io.call_reader(Call(call.run, reader, "text", call.args[:1], {}))
