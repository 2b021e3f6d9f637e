"""Read the columns and partition keys of a table, each once and without retired ones."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from msgspec.structs import replace

from glueline.contract.records import Column, TableFormat
from glueline.contract.sentences import list_some
from glueline_worker.catalog.shared_values import SharedValues
from glueline_worker.catalog.types.column_types import is_understood, parse_type
from glueline_worker.catalog.types.spark_schema import read_spark_names
from glueline_worker.catalog.values import AnswerReader, replace_surrogates, to_parameters, to_text
from glueline_worker.catalog.views import decode_trino_view
from glueline_worker.redact import redact_parameters, redact_prose

_PLACEHOLDER = [("col", "array<string>")]
"""The columns that Spark and Delta Lake write when only their parameters hold the schema."""
_TRINO_PLACEHOLDER = [("dummy", "string")]
"""The columns that Trino writes for a Delta table, and for a view, whose text has the true ones."""
_SHARED_LENGTH = 1024
_MOST_BYTES = 24_000_000
_ENTRY_BYTES = 800
"""A column without its texts; with its JSON and its tree, each letter takes up to 16 bytes."""
_MAX_NAMED = 5  # a warning lists at most this many columns by name


class ReadColumn(NamedTuple):
    """A column with what follows from it alone, so that all of it is found once."""

    column: Column
    key: str
    """The name in lower case."""
    canonical: bytes
    """What counts in the content hash of a table: its JSON."""
    is_understood: bool
    """Whether the type is."""


_shared = SharedValues[tuple[Any, Any, Any], ReadColumn](_MOST_BYTES)
"""Columns by name, type and comment. Tables share most of theirs: one found here costs 0.1 µs."""


def read_columns(
    answer: AnswerReader,
    descriptor: AnswerReader,
    parameters: Mapping[str, str],
    table_format: TableFormat,
    schema: list[Column],
) -> tuple[tuple[ReadColumn, ...], tuple[ReadColumn, ...]]:
    """Return the columns of a table, and its partition keys, which are not among the columns.

    ``descriptor`` is the StorageDescriptor, ``schema`` that of the table's writer. Columns that
    Iceberg has retired are left out. The schema of the writer or of a view of Trino replaces its
    placeholder.
    """
    warnings = answer.warnings
    keys = _index_by_name(_read_column_list(answer, "PartitionKeys"), warnings)
    stated = _read_column_list(descriptor, "Columns")
    if not stated or _first_names_and_types(stated) == _TRINO_PLACEHOLDER:
        stated = _read_view_columns(answer) or stated
    if table_format == "delta" and _first_names_and_types(stated) == _TRINO_PLACEHOLDER:
        stated = []
    columns = _index_by_name(stated, warnings)
    if not stated or table_format == "delta" or _first_names_and_types(stated) == _PLACEHOLDER:
        columns = _prefer_schema(columns, keys, schema, table_format, warnings)
    for name in map(str.lower, read_spark_names(parameters, "partCol")):
        if name in columns:
            keys.setdefault(name, columns[name])
    for name in keys:
        columns.pop(name, None)
    return tuple(columns.values()), tuple(keys.values())


def make_column(name: str, type_text: str, comment: str | None = None) -> Column:
    """Make a column with its type as a tree."""
    return share_column(name, type_text, comment).column


def share_column(name: str, type_text: str, comment: str | None) -> ReadColumn:
    """Read a column without parameters; equal ones are one object."""
    known = _shared.get((name, type_text, comment))
    return known or _make_shared(name, type_text, comment)


def _make_shared(name: str, type_text: str, comment: str | None) -> ReadColumn:
    text = replace_surrogates(type_text)
    made = _make_read_column(
        Column(
            name=replace_surrogates(name),
            type=text,
            data_type=parse_type(text),
            comment=redact_prose(to_text(comment)),
        )
    )
    # A column without a name gets one by its position.
    if name and len(type_text) <= _SHARED_LENGTH:
        _shared.keep((name, type_text, comment), made, _ENTRY_BYTES + 16 * len(made.canonical))
    return made


def _make_read_column(column: Column) -> ReadColumn:
    content = (column.name, column.type, column.comment, column.parameters)
    canonical = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return ReadColumn(column, column.name.lower(), canonical, _has_understood_type(column))


def _read_column_list(answer: AnswerReader, key: str) -> list[ReadColumn]:
    found = []
    for position, fields in enumerate(answer.get_objects(key)):
        get = fields.get
        try:
            known = _shared.get((get("Name"), get("Type"), get("Comment")))
        except TypeError:  # a list or an object
            known = None
        if known is None or "Parameters" in fields:
            if _is_retired(get("Parameters")):
                continue
            known = _read_column(fields, position, answer.warnings)
        found.append(known)
    return found


def _is_retired(parameters: Any) -> bool:
    current = to_parameters(parameters).get("iceberg.field.current", "")
    return current.lower() == "false"


def _read_column(fields: Mapping[str, Any], position: int, warnings: list[str]) -> ReadColumn:
    name, comment = to_text(fields.get("Name")), to_text(fields.get("Comment"))
    if not name:
        name = f"_col{position}"
        warnings.append(f"A column has no name and is called {name}.")
    plain = share_column(name, to_text(fields.get("Type")) or "", comment)
    parameters = fields.get("Parameters")
    if not parameters:
        return plain
    redacted = redact_parameters(to_parameters(parameters))
    return _make_read_column(replace(plain.column, parameters=redacted))


def _first_names_and_types(columns: list[ReadColumn]) -> list[tuple[str, str]]:
    """Return names and types of the first two columns: enough to recognise a placeholder."""
    return [(each.key, each.column.type.lower()) for each in columns[:2]]


def _index_by_name(columns: list[ReadColumn], warnings: list[str]) -> dict[str, ReadColumn]:
    """Return the columns by name in lower case; the first of those with the same name."""
    found = {each.key: each for each in columns}
    if repeated := len(columns) - len(found):
        warnings.append(f"Columns left out because an earlier one has their name: {repeated}.")
        found |= {each.key: each for each in reversed(columns)}
    return found


def _prefer_schema(
    columns: dict[str, ReadColumn],
    keys: dict[str, ReadColumn],
    schema: list[Column],
    table_format: TableFormat,
    warnings: list[str],
) -> dict[str, ReadColumn]:
    """Return the writer's schema where the columns are a placeholder or lack some of it."""
    is_placeholder = not columns or _first_names_and_types(list(columns.values())) == _PLACEHOLDER
    by_name = _index_by_name(list(map(_make_read_column, schema)), warnings)
    if schema and (is_placeholder or columns.keys() | keys.keys() < by_name.keys()):
        return by_name
    if is_placeholder and table_format == "delta":
        warnings.append("The schema is not in the catalogue, only in the Delta log.")
        return {}
    return columns


def _read_view_columns(answer: AnswerReader) -> list[ReadColumn]:
    try:
        definition = decode_trino_view(answer.get_text("ViewOriginalText")) or {}
    except ValueError:  # the text cannot be decoded; `read_views` warns about it
        return []
    return [
        share_column(to_text(each.get("name")) or "", to_text(each.get("type")) or "", None)
        for each in AnswerReader(definition).get_objects("columns")
    ]


def _has_understood_type(column: Column) -> bool:
    if column.data_type.kind == "primitive":
        return True
    text = column.type
    # The same short texts come again and again. Long ones are not worth their memory.
    is_short = len(text) <= _SHARED_LENGTH
    return _is_short_understood(text) if is_short else is_understood(parse_type(text))


@lru_cache(maxsize=8192)
def _is_short_understood(text: str) -> bool:
    return is_understood(parse_type(text))


def warn_of_unknown_types(columns: Iterable[Column], warnings: list[str]) -> None:
    """Add a warning that names the columns with a type that is not understood."""
    unknown = [column.name for column in columns if not _has_understood_type(column)]
    if unknown:
        names = list_some_names(unknown)
        warnings.append(f"Columns with a type that is not understood: {names}.")


def list_some_names(names: list[str]) -> str:
    """List the first columns of many, with the number of the others."""
    return list_some(names, _MAX_NAMED)
