"""Read the SQL of views, in the three forms in which engines store it."""

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import orjson

from glueline.contract.records import ViewText
from glueline_worker.catalog.values import AnswerReader, to_text, to_texts
from glueline_worker.redact import TRINO_VIEW_COMMENT, redact_code

_TRINO = re.compile(rf"\s*+{TRINO_VIEW_COMMENT}\s*+(:?)")
_COMMENTS = re.compile(r"(?:[\s;]++|--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))*+")
_CONSTANT_COMMENTS = frozenset({"Presto View", "Presto Materialized View"})
"""The texts that Trino and Athena write into the parameter ``comment`` of every view."""
_NO_TEXT = "The view has no text."
_SPARK_SIGNS = ("view.catalogAndNamespace", "view.sqlConfig", "view.query.out", "view.schemaMode")


def read_views(answer: AnswerReader, parameters: Mapping[str, str]) -> tuple[ViewText, ...]:
    """Return the SQL of a view, one text for each dialect; empty for a table.

    Trino and Athena store base64 of JSON in a comment, Spark and Hive plain text, and Glue's
    own multi-dialect views a list of representations.
    """
    if answer.fields.get("ViewDefinition") is None and not is_view(answer.fields):
        return ()
    reader = AnswerReader(answer.fields)  # a sentence about two representations is added once
    views = [
        _read_view(AnswerReader(each, reader.warnings), _read_dialect(each), parameters)
        for each in reader.get_object("ViewDefinition").get_objects("Representations")
    ]
    if not any(views) and _has_view_text_or_type(answer.fields):
        dialect = _find_dialect(parameters)
        views = [_read_view(reader, dialect, parameters)]
    warnings = reader.warnings
    if not any(views) and set(warnings) <= {_NO_TEXT} and _is_protected(answer.fields):
        warnings = ["The view is protected: its text is not visible to this caller."]
    answer.warnings.extend(dict.fromkeys(warnings))
    return tuple(view for view in views if view)


def is_view(answer: Mapping[str, Any]) -> bool:
    """Tell whether the answer is about a view, even when its text cannot be read."""
    return _has_view_text_or_type(answer) or bool(answer.get("ViewDefinition"))


def _is_protected(answer: Mapping[str, Any]) -> bool:
    definition = answer.get("ViewDefinition")
    return isinstance(definition, Mapping) and definition.get("IsProtected") is True


def read_sub_objects(answer: AnswerReader) -> tuple[str, ...]:
    """Return the ARNs of the tables that a view of the Data Catalog reads."""
    if not answer.fields.get("ViewDefinition"):
        return ()
    definition = AnswerReader(answer.fields).get_object("ViewDefinition")
    return tuple(filter(None, to_texts(definition.fields.get("SubObjects"))))


def read_description(answer: AnswerReader, parameters: Mapping[str, str]) -> str | None:
    """Return the description of a table or view; a view of Trino keeps it in its own text."""
    description = answer.get_text("Description")
    comment = parameters.get("comment")
    definition = _decode_quietly(answer)
    if definition is not None or "presto_view" in parameters:
        description = None if description in _CONSTANT_COMMENTS else description
        comment = None if comment in _CONSTANT_COMMENTS else comment
    if definition is not None:
        comment = to_text(definition.get("comment"))
    return description or comment


def read_owner(answer: AnswerReader, parameters: Mapping[str, str]) -> str | None:
    """Return the owner where Glue's own field has none: in parameters, or in a view of Trino."""
    if owner := parameters.get("owner"):
        return owner
    return to_text((_decode_quietly(answer) or {}).get("owner"))


def _decode_quietly(answer: AnswerReader) -> Mapping[str, Any] | None:
    try:
        return decode_trino_view(answer.get_text("ViewOriginalText"))
    except ValueError:  # `read_views` warns about it
        return None


def decode_trino_view(text: str | None) -> Mapping[str, Any] | None:
    """Return the JSON in the text of a view of Trino; None when the text has another form.

    Text after the comment is ignored. Raises ValueError when the text has Trino's form, no SQL
    follows it, and it cannot be decoded.
    """
    head = _TRINO.match(text) if text else None
    if not text or head is None or not head[1]:
        return None
    encoded, _, rest = text[head.end() :].partition("*/")
    try:
        definition = orjson.loads(b64decode("".join(encoded.split()), validate=True))
        if not isinstance(definition, dict):
            raise ValueError("no object")  # noqa: TRY004 - caught below with the others
    except ValueError:  # the errors of binascii and orjson are ValueErrors, too
        if _has_sql(rest):
            return None
        raise
    return definition


def _has_sql(text: str) -> bool:
    """Tell whether a text holds more than comments, blanks and semicolons."""
    comments = _COMMENTS.match(text)
    return comments is None or comments.end() < len(text)


def _read_view(texts: AnswerReader, dialect: str, parameters: Mapping[str, str]) -> ViewText | None:
    original = texts.get_text("ViewOriginalText")
    try:
        definition = decode_trino_view(original)
    except ValueError:
        texts.warn("The view's text has the form of Trino's and cannot be decoded.")
        return None
    if definition is not None:
        return _make_trino_view(AnswerReader(definition, texts.warnings))
    sql = _none_if_without_sql(texts.get_text("ViewExpandedText")) or _none_if_without_sql(original)
    if sql is None:
        texts.warn(_NO_TEXT)
        return None
    catalog, database = _read_defaults(parameters)
    return ViewText(
        dialect=dialect, sql=redact_code(sql), default_catalog=catalog, default_database=database
    )


def _make_trino_view(definition: AnswerReader) -> ViewText | None:
    sql = definition.get_text("originalSql")
    if not sql:
        definition.warn("The view's text has the form of Trino's and holds no SQL.")
        return None
    return ViewText(
        dialect="trino",
        sql=redact_code(sql),
        default_catalog=definition.get_text("catalog"),
        default_database=definition.get_text("schema"),
    )


def _none_if_without_sql(text: str | None) -> str | None:
    """Return the text, or None when it holds blanks and comments only, like Trino's marker."""
    return text if text and _has_sql(text) else None


def _has_view_text_or_type(answer: Mapping[str, Any]) -> bool:
    if _none_if_without_sql(to_text(answer.get("ViewOriginalText"))):
        return True
    # A resource link to a view has the type of its target, and no text of its own.
    return answer.get("TableType") == "VIRTUAL_VIEW" and not answer.get("TargetTable")


def _read_dialect(representation: Mapping[str, Any]) -> str:
    return (to_text(representation.get("Dialect")) or "unknown").lower()


def _find_dialect(parameters: Mapping[str, str]) -> str:
    """Return the language of a text: a metric view of Spark is YAML."""
    if parameters.get("view.subType", "").upper() == "METRIC_VIEW":
        return "yaml"
    is_spark = any(
        key.startswith(_SPARK_SIGNS) or key == "spark.sql.create.version" for key in parameters
    )
    return "spark" if is_spark else "hive"


def _read_defaults(parameters: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the catalogue and database that were current when Spark created the view.

    Spark 3 writes both as ``view.catalogAndNamespace.part.N``, Spark 2 the database alone.
    """
    prefix = "view.catalogAndNamespace.part."
    catalog = parameters.get(f"{prefix}0")
    database = parameters.get(f"{prefix}1") or parameters.get("view.default.database")
    return catalog, database
