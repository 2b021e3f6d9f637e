"""Generate tables: the row of table number n as JSON bytes."""

from functools import lru_cache
from typing import Any

import orjson

from glueline_simulator.catalogue.storage_formats import make_storage_descriptor
from glueline_simulator.catalogue.view_texts import make_presto_view
from glueline_simulator.generated.columns import VARIANTS, generate_columns
from glueline_simulator.generated.names import NameSeries, name_tables
from glueline_simulator.generated.template import JsonTemplate

EPOCH = 1_735_689_600  # 2025-01-01, from which creation times are counted back
# Of each twenty tables, the positions of the view and of the Iceberg table.
_VIEW, _ICEBERG, _TURN = 13, 7, 20
_FORMATS = ("parquet", "parquet", "json", "parquet", "csv")
_DATED = [{"Name": "dt", "Type": "date", "Comment": "day of the event"}]
_PARTS = [{"Name": name, "Type": "string"} for name in ("year", "month", "day")]
_KEYS: tuple[list[dict[str, Any]], ...] = (_PARTS, _DATED, [])


class TableSource:
    """The tables of one generated database."""

    def __init__(self, database: str, size: int, templates: "TableTemplates") -> None:
        self._names: NameSeries = name_tables(size)
        self._database = database
        self._templates = templates

    def __len__(self) -> int:
        """Return the number of tables."""
        return len(self._names)

    def name(self, index: int) -> str:
        """Return the name of a table."""
        return self._names.name(index)

    def index(self, name: str) -> int | None:
        """Return the index of a table's name."""
        return self._names.index(name)

    def item(self, index: int) -> bytes:
        """Return the table as JSON."""
        return self._templates.row(self._database, self._names, index)


class TableTemplates:
    """The kinds of generated tables, each rendered once and then filled in."""

    def __init__(self, account: str, column_count: int) -> None:
        self._account = account
        self._column_count = column_count
        self._template = lru_cache(maxsize=None)(self._make_template)
        self._columns = lru_cache(maxsize=None)(self._render_columns)

    def row(self, database: str, names: NameSeries, index: int) -> bytes:
        """Render one table; one in twenty is Iceberg and one in twenty is a view."""
        name = names.name(index)
        variant = index % VARIANTS
        created = EPOCH - (index * 7919) % 63_072_000
        values = {
            b"name": name.encode(),
            b"database": database.encode(),
            b"created": b"%d" % created,
            b"updated": b"%d.%03d" % (created + index % 86_400, index % 1000),
            b"rows": b"%d" % ((index * 104_729) % 90_000_000),
            b"version": b"%d" % (index % 40),
            b"columns": self._columns(variant),
        }
        kind = index % _TURN
        if kind == _VIEW:
            values[b"view"] = self._view(database, names.name(index - 1), variant)
            return self._template("view", 2, "").render(values)
        if kind == _ICEBERG:
            return self._template("iceberg", 2, "parquet").render(values)
        return self._template("hive", index % 3, _FORMATS[index % 5]).render(values)

    def _view(self, database: str, table: str, variant: int) -> bytes:
        typed = [(c["Name"], c["Type"]) for c in generate_columns(self._column_count, variant)]
        chosen = ", ".join(name for name, _ in typed)
        sql = f'SELECT {chosen} FROM "{database}"."{table}"'  # noqa: S608
        return make_presto_view(database, sql, typed).encode()

    def _render_columns(self, variant: int) -> bytes:
        return orjson.dumps(generate_columns(self._column_count, variant))

    def _make_template(self, kind: str, keys: int, data_format: str) -> JsonTemplate:
        bucket = f"glueline-lake-{self._account}"
        table: dict[str, Any] = {
            "Name": "<<name>>",
            "DatabaseName": "<<database>>",
            "Owner": "data-platform",
            "CreateTime": "<<!created!>>",
            "UpdateTime": "<<!updated!>>",
            "LastAccessTime": "<<!created!>>",
            "Retention": 0,
            "PartitionKeys": _KEYS[keys],
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {
                "classification": data_format,
                "numRows": "<<rows>>",
                "EXTERNAL": "TRUE",
            },
            "CreatedBy": f"arn:aws:sts::{self._account}:assumed-role/crawler/AWS-Crawler",
            "IsRegisteredWithLakeFormation": False,
            "CatalogId": self._account,
            "VersionId": "<<version>>",
            "StorageDescriptor": {
                **make_storage_descriptor(data_format, f"s3://{bucket}/<<database>>/<<name>>/"),
                "Columns": "<<!columns!>>",
            },
        }
        if kind == "view":
            table["TableType"] = "VIRTUAL_VIEW"
            table["Parameters"] = {"presto_view": "true", "comment": "Presto View"}
            table["ViewOriginalText"] = "<<view>>"
            table["ViewExpandedText"] = "/* Presto View */"
        if kind == "iceberg":
            metadata = f"s3://{bucket}/<<database>>/<<name>>/metadata/00001.metadata.json"
            table["Parameters"] = {"table_type": "ICEBERG", "metadata_location": metadata}
        return JsonTemplate(table)
