"""Functions of Spark's columns: ``functions.upper(column)``."""

from __future__ import annotations

from dataclasses import dataclass, replace

from glueline.contract.lineage import Transformation
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.columns import (
    call_udf,
    combine_columns,
)
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    Column,
    External,
    Function,
    Value,
)
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.spark.function_arguments import list_arguments, name_call
from glueline_worker.lineage.script.models.spark.function_kinds import (
    AGGREGATES,
    AMBIGUOUS,
    FAMILIAR,
    GENERATED,
    KEEPING,
)
from glueline_worker.lineage.script.models.spark.function_rows import (
    keep_fields,
    name_generated_columns,
)
from glueline_worker.lineage.script.models.spark.function_table import SIGNATURES
from glueline_worker.lineage.script.models.spark.special_functions import SPECIAL
from glueline_worker.lineage.transformations import MASKING_FUNCTIONS
from glueline_worker.lineage.word_sets import split_words

_MODULE_NAMES = split_words("F f fn func sf SqlFuncs")
"""Names that scripts import ``pyspark.sql.functions`` under."""
_NOT_IN_TABLE = split_words("lit typedLit typedlit when col column expr broadcast")


def _call_function(call: Call) -> Value:
    known = call.name in SIGNATURES or call.name in _NOT_IN_TABLE
    if call.name == "sum" and len(call.parts) == 1 and call.args and _is_list(call.args[0]):
        return combine_columns(call.args)  # Python's own, of columns
    if not known:
        return _call_unknown(call)
    return call_column_function(call) if _is_of_columns(call) else MISSING


def _is_list(value: Value) -> bool:
    return isinstance(value, (list, tuple)) and any(isinstance(item, Column) for item in value)


def _call_unknown(call: Call) -> Value:
    """Call a function of Spark's module that the table does not have: its column is unknown."""
    if len(call.parts) < 2 or not _is_module(call):  # noqa: PLR2004 - the module and its function
        return MISSING
    if call.name in {"udf", "pandas_udf", "arrow_udf", "udtf", "arrow_udtf"}:
        return UserFunction("udf")
    return replace(call_udf(call.name, call.values), name=None)


def _is_module(call: Call) -> bool:
    before = call.parts[-2]
    return before == "functions" or (len(call.parts) == 2 and before in _MODULE_NAMES)  # noqa: PLR2004


def _is_of_columns(call: Call) -> bool:
    if any(isinstance(arg, Column) for arg in call.values):
        return True
    if "functions" in call.parts or call.parts[0] in _MODULE_NAMES:
        return True
    if len(call.parts) > 1:
        return False
    if call.state.has_star_functions:
        return True
    # With a text as its first argument, a bare `sum` or `max` is no builtin but a star import.
    is_text = any(isinstance(arg, str) for arg in call.args[:1])
    return call.name in FAMILIAR and (call.name not in AMBIGUOUS or is_text)


def call_column_function(call: Call) -> Value:
    """Call ``pyspark.sql.functions.name``."""
    special = SPECIAL.get(call.name)
    if special is not None:
        return special(call)
    columns = list_arguments(call)
    how: Transformation = "transformation"
    if call.name in AGGREGATES:
        how = "aggregation"
    elif call.name in MASKING_FUNCTIONS:
        how = "masking"
    made = combine_columns(columns, how, name_call(call.name, columns))
    if call.name in KEEPING and columns and isinstance(columns[0], Column):
        made = keep_fields(made, columns[0])
    if call.name in GENERATED:
        return name_generated_columns(call.name, made, columns)
    return made


@dataclass(eq=False)
class UserFunction(LibraryObject):
    """A user-defined function: ``udf(function, type)``, or the same as a decorator."""

    name: str

    def call(self, call: Call) -> Value:
        """Call it with columns."""
        if call.name != "__call__":
            return self
        if any(isinstance(arg, (Function, External)) for arg in call.args):
            return self  # udf(type)(function)
        return replace(call_udf(self.name, call.values), name=None)


def _register_udf(call: Call) -> Value:
    """Call ``spark.udf.register(name, function)``."""
    return UserFunction(call.text(0, "name") or "udf")


SPARK_COLUMNS = Library(
    rules=(_call_function,),
    functions={
        "udf.register": _register_udf,
        **{f"functions.{name}": call_column_function for name in (*SIGNATURES, *SPECIAL)},
    },
)
