"""Functions of Spark's columns: ``functions.upper(column)``."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.columns import (
    AMBIGUOUS_FUNCTIONS,
    COLUMN_FUNCTIONS,
    call_column_function,
)
from glueline_worker.lineage.script.domain.values import MISSING, Column, Value
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.word_sets import split_words

_MODULE_NAMES = split_words("F f fn func sf SqlFuncs")
"""Names that scripts import ``pyspark.sql.functions`` under."""


def _call_function(call: Call) -> Value:
    if call.name not in COLUMN_FUNCTIONS or not _is_of_columns(call):
        return MISSING
    return call_column_function(call.name, call.args)


def _is_of_columns(call: Call) -> bool:
    if any(isinstance(arg, Column) for arg in call.args):
        return True
    if "functions" in call.parts or call.parts[0] in _MODULE_NAMES:
        return True
    # With a text as its first argument, a bare `sum` or `max` is no builtin but a star import.
    is_plain = call.name not in AMBIGUOUS_FUNCTIONS or any(
        isinstance(arg, str) for arg in call.args[:1]
    )
    return len(call.parts) == 1 and is_plain


SPARK_COLUMNS = Library(rules=(_call_function,))
