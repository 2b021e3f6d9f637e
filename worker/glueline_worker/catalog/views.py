"""The SQL of views, in the three forms that engines store it in."""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import orjson

from glueline.contract.records import ViewText
from glueline_worker.catalog.values import mapping_at, mappings_at, text_of
from glueline_worker.redact import redact_code

_TRINO = re.compile(r"\s*/\*\s*Presto (?:Materialized )?View:([\w+/=\s-]*+)\*/\s*")
_MARKER = re.compile(r"\s*/\*\s*Presto (?:Materialized )?View\s*\*/\s*")
_SPARK_SIGNS = ("view.catalogAndNamespace", "view.sqlConfig", "view.query.out", "view.schemaMode")


def views_of(
    answer: Mapping[str, Any], parameters: Mapping[str, str], notes: list[str]
) -> tuple[ViewText, ...]:
    """Return the SQL of a table's answer, one for each dialect; empty for a table that is none.

    Trino and Athena store base64 of JSON in a comment, Spark and Hive plain text, and Glue's
    own multi-dialect views a list of representations.
    """
    views = [
        _view(representation, _dialect_of(representation), parameters, notes)
        for representation in _representations(answer, notes)
    ]
    if not any(views) and _is_view(answer):
        dialect = "spark" if _is_spark(parameters) else "hive"
        views = [_view(answer, dialect, parameters, notes)]
    return tuple(view for view in views if view)


def trino_definition(text: str | None) -> Mapping[str, Any] | None:
    """Return the JSON that Trino hides in a view's text; None when the text is of another form.

    Raises ValueError when the text has Trino's form and cannot be decoded.
    """
    match = _TRINO.fullmatch(text or "")
    if match is None:
        return None
    try:
        definition = orjson.loads(b64decode("".join(match[1].split()), validate=True))
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if not isinstance(definition, dict):
        raise ValueError("no object")  # noqa: TRY004 - a wrong value, as the others
    return definition


def _representations(answer: Mapping[str, Any], notes: list[str]) -> list[dict[str, Any]]:
    definition = mapping_at(answer, "ViewDefinition", notes)
    return mappings_at(definition, "Representations", notes) if definition else []


def _view(
    texts: Mapping[str, Any], dialect: str, parameters: Mapping[str, str], notes: list[str]
) -> ViewText | None:
    original = text_of(texts.get("ViewOriginalText"))
    try:
        definition = trino_definition(original)
    except ValueError:
        notes.append("The view's text has the form of Trino's and cannot be decoded.")
        return None
    if definition is not None:
        return _trino_view(definition, notes)
    sql = _stated(text_of(texts.get("ViewExpandedText"))) or _stated(original)
    if sql is None:
        notes.append("The view has no text.")
        return None
    catalog, database = _defaults(parameters)
    return ViewText(
        dialect=dialect, sql=redact_code(sql), default_catalog=catalog, default_database=database
    )


def _trino_view(definition: Mapping[str, Any], notes: list[str]) -> ViewText | None:
    sql = text_of(definition.get("originalSql"))
    if not sql:
        notes.append("The view's text has the form of Trino's and holds no SQL.")
        return None
    return ViewText(
        dialect="trino",
        sql=redact_code(sql),
        default_catalog=text_of(definition.get("catalog")),
        default_database=text_of(definition.get("schema")),
    )


def _stated(text: str | None) -> str | None:
    """Return a text that says something: neither blank nor Trino's empty marker."""
    return text if text and text.strip() and not _MARKER.fullmatch(text) else None


def _is_view(answer: Mapping[str, Any]) -> bool:
    if _stated(text_of(answer.get("ViewOriginalText"))):
        return True
    # A resource link to a view has its type and, rightly, no text.
    return answer.get("TableType") == "VIRTUAL_VIEW" and not answer.get("TargetTable")


def _dialect_of(representation: Mapping[str, Any]) -> str:
    return (text_of(representation.get("Dialect")) or "unknown").lower()


def _is_spark(parameters: Mapping[str, str]) -> bool:
    return any(
        key.startswith(_SPARK_SIGNS) or key == "spark.sql.create.version" for key in parameters
    )


def _defaults(parameters: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the catalogue and database that were current when Spark made the view.

    Spark 3 writes both as ``view.catalogAndNamespace.part.N``, Spark 2 the database alone.
    """
    prefix = "view.catalogAndNamespace.part."
    catalog = parameters.get(f"{prefix}0")
    database = parameters.get(f"{prefix}1") or parameters.get("view.default.database")
    return catalog, database
