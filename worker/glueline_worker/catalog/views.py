"""The SQL of views, in the three forms that engines store it in."""

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import orjson

from glueline.contract.records import ViewText
from glueline_worker.catalog.values import mapping_at, mappings_at, text_of, texts_of
from glueline_worker.redact import redact_code

_TRINO = re.compile(r"\s*+/\*\s*+presto (?:materialized )?view\s*+(:?)", re.IGNORECASE)
_COMMENTS = re.compile(r"(?:[\s;]++|--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))*+")
_CONSTANT_COMMENT = "Presto View"
"""What Trino and Athena write into the parameter ``comment`` of every view."""
_NO_TEXT = "The view has no text."
VIEW = "VIRTUAL_VIEW"
"""The type of a table that is a view, also where its text is not visible."""
_SPARK_SIGNS = ("view.catalogAndNamespace", "view.sqlConfig", "view.query.out", "view.schemaMode")


def views_of(
    answer: Mapping[str, Any], parameters: Mapping[str, str], notes: list[str]
) -> tuple[ViewText, ...]:
    """Return the SQL of a table's answer, one for each dialect; empty for a table that is none.

    Trino and Athena store base64 of JSON in a comment, Spark and Hive plain text, and Glue's
    own multi-dialect views a list of representations.
    """
    found = list[str]()
    views = [
        _view(representation, _dialect_of(representation), parameters, found)
        for representation in _representations(answer, found)
    ]
    if not any(views) and _is_view(answer):
        dialect = "spark" if _is_spark(parameters) else "hive"
        views = [_view(answer, dialect, parameters, found)]
    if not any(views) and set(found) <= {_NO_TEXT} and _is_protected(answer):
        found = ["The view is protected: its text is not visible to this caller."]
    notes.extend(dict.fromkeys(found))
    return tuple(view for view in views if view)


def _is_protected(answer: Mapping[str, Any]) -> bool:
    definition = answer.get("ViewDefinition")
    return isinstance(definition, Mapping) and definition.get("IsProtected") is True


def sub_objects_of(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ARNs of the tables that a view of the Data Catalog is made of."""
    definition = mapping_at(answer, "ViewDefinition", []) or {}
    return tuple(filter(None, texts_of(definition.get("SubObjects"))))


def description_of(answer: Mapping[str, Any], parameters: Mapping[str, str]) -> str | None:
    """Return what people wrote of a table or view; a view of Trino's keeps it in its own text."""
    said = text_of(answer.get("Description"))
    comment = parameters.get("comment")
    try:
        definition = trino_definition(text_of(answer.get("ViewOriginalText")))
    except ValueError:
        definition = None
    if definition is not None:
        said = None if said == _CONSTANT_COMMENT else said
        comment = text_of(definition.get("comment"))
    elif comment == _CONSTANT_COMMENT and "presto_view" in parameters:
        comment = None
    return said or comment


def trino_definition(text: str | None) -> Mapping[str, Any] | None:
    """Return the JSON that Trino hides in a view's text; None when the text is of another form.

    What stands behind the comment does not count. Raises ValueError when the text has Trino's
    form, nothing behind it, and cannot be decoded.
    """
    head = _TRINO.match(text or "")
    if not text or head is None or not head[1]:
        return None
    encoded, _, rest = text[head.end() :].partition("*/")
    try:
        definition = orjson.loads(b64decode("".join(encoded.split()), validate=True))
        if not isinstance(definition, dict):
            raise ValueError("no object")  # noqa: TRY004 - a wrong value, as the others
    except ValueError:  # binascii's and orjson's errors are such
        if _has_sql(rest):
            return None
        raise
    return definition


def _has_sql(text: str) -> bool:
    """Whether there is more in a text than comments, blanks and semicolons."""
    comments = _COMMENTS.match(text)
    return comments is None or comments.end() < len(text)


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
        notes.append(_NO_TEXT)
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
    """Return a text that says something: neither blank nor comments alone, as Trino's marker."""
    return text if text and _has_sql(text) else None


def _is_view(answer: Mapping[str, Any]) -> bool:
    if _stated(text_of(answer.get("ViewOriginalText"))):
        return True
    # A resource link to a view has its type and, rightly, no text.
    return answer.get("TableType") == VIEW and not answer.get("TargetTable")


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
