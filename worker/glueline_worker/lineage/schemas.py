"""Schemas for the readers, made of the columns of tables and bounded in size."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from glueline.contract.datatypes import ArrayType, DataType, MapType, StructType
from glueline.contract.lineage import Dataset
from glueline.contract.records import Column
from glueline_worker.lineage.model import ITEMS, MAP_FIELDS, LineageContext, Schemas

TableSchema = Mapping[str, Sequence[str]]
"""The columns of one table under "", the fields of a struct under its ``column``, those of a
struct within it under ``column/field``, as ``Schemas`` describes. Empty where the columns are not
known."""

MOST_NAMES = 100_000
"""Columns and fields of one table. Glue's own limit for a table's definition lies far below."""
MOST_NAMES_A_READING = 500_000
"""Columns and fields of all tables that one script or view is read with."""

_NO_TABLE: TableSchema = {}


class WatchedSchemas(Mapping[str, tuple[str, ...]]):
    """Schemas that note what a reader asks for, so that it need not read twice.

    ``find`` returns the columns or fields at a key as ``Schemas`` describes it, else None.
    """

    def __init__(self, find: Callable[[str], Sequence[str] | None]) -> None:
        self._find = find
        self._answers: dict[str, tuple[str, ...] | None] = {}

    def get(self, key: str, default: Any = None) -> Any:  # faster than that of the base
        """Return the columns or fields at ``key``; ``default`` where there are none."""
        if key not in self._answers:
            found = self._find(key)
            self._answers[key] = None if found is None else tuple(found)
        found = self._answers[key]
        return default if found is None else found

    def __getitem__(self, key: str) -> tuple[str, ...]:
        found: tuple[str, ...] | None = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        """Tell whether there are columns or fields at ``key``."""
        return isinstance(key, str) and self.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys that were asked for and are known."""
        return (key for key, found in self._answers.items() if found is not None)

    def __len__(self) -> int:
        """Return the number of keys that were asked for and are known."""
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        """Tell that something may be known: what, is asked later."""
        return True

    def list_tables(self) -> set[str]:
        """Return the tables of which something was asked and is known."""
        return {"/".join(key.split("/", 2)[:2]) for key in self}

    def agree_with(self, schemas: Schemas) -> bool:
        """Tell whether ``schemas`` would have given the same answers."""
        return all(schemas.get(key) == found for key, found in self._answers.items())


def make_table_schema(columns: Iterable[Column]) -> TableSchema:
    """Return the schema of a table; without fields that are too many, and empty beyond that.

    The names are Glue's, whatever case a table's writer keeps beside them: edges of all engines
    then name a column in one way.
    """
    columns = tuple(columns)
    if not columns or len(columns) > MOST_NAMES:
        return _NO_TABLE
    schema: dict[str, tuple[str, ...]] = {"": tuple(map(get_glue_name, columns))}
    left = MOST_NAMES - len(columns)
    for column in columns:
        if column.data_type.kind != "primitive":
            left -= _add_fields(get_glue_name(column), column.data_type, schema, left)
    return schema


def get_schema(dataset: Dataset, context: LineageContext) -> tuple[str, ...] | None:
    """Return the columns of a catalog table if they are known."""
    if not is_catalog_table(dataset):
        return None
    return context.schemas.get(dataset.name.removeprefix("table/"))


def is_catalog_table(dataset: Dataset) -> bool:
    """Tell whether ``dataset`` is a table of the Data Catalog."""
    return dataset.namespace.startswith("arn:aws") and ":glue:" in dataset.namespace


def get_glue_name(column: Column) -> str:
    """Return the name of a column in Glue."""
    return column.glue.name if column.glue else column.name


def count_names(schema: TableSchema) -> int:
    """Count the columns and fields."""
    return sum(map(len, schema.values()))


def join_schemas(tables: Mapping[str, TableSchema]) -> Schemas:
    """Join the schemas of tables, given by ``database/table`` in lower case, for a reader."""
    return {
        f"{table}/{path}" if path else table: tuple(names)
        for table, schema in tables.items()
        for path, names in schema.items()
    }


def add_default_database(schemas: Schemas, database: str) -> Schemas:
    """Return the schemas with the tables of ``database`` under their bare names, too."""
    prefix = f"{database.lower()}/"
    bare = {key[len(prefix) :]: names for key, names in schemas.items() if key.startswith(prefix)}
    return {**bare, **schemas}


def _add_fields(
    name: str, data_type: DataType, schema: dict[str, tuple[str, ...]], left: int
) -> int:
    """Add the fields of the structs in a column; return their number, none if above ``left``."""
    found: dict[str, tuple[str, ...]] = {}
    count = 0
    todo = [(name, data_type)]
    while todo:
        path, each = todo.pop()
        item = _find_item(each)
        fields = _list_fields(item)
        # A slash in a name would read as the path to a field.
        if "/" in path.rpartition("/")[2] or "/" in name:
            continue
        if isinstance(each, ArrayType):
            found[f"{path.lower()}/{ITEMS}"] = ()
        if not fields:
            continue
        names = tuple(field for field, _ in fields)
        if not all(names) or any("/" in field for field in names):
            continue
        count += len(names)
        if count > left:
            return 0
        found[path.lower()] = names
        if names == MAP_FIELDS and not isinstance(each, MapType):
            found[f"{path.lower()}/{ITEMS}"] = ()
        todo += [(f"{path}/{field}", inner) for field, inner in fields]
    schema.update(found)
    return count


def _find_item(data_type: DataType) -> DataType:
    while isinstance(data_type, ArrayType):
        data_type = data_type.element
    return data_type


def _list_fields(data_type: DataType) -> list[tuple[str, DataType]]:
    if isinstance(data_type, MapType):
        return list(zip(MAP_FIELDS, (data_type.key, data_type.value), strict=True))
    if isinstance(data_type, StructType):
        return [(field.name, field.type) for field in data_type.fields]
    return []
