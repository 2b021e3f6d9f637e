"""Spark's column expressions: which columns a new one is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.template_text import has_placeholder, render
from glueline_worker.lineage.script.domain.values import Column, External, Frame, Value
from glueline_worker.lineage.sql import read_sql
from glueline_worker.lineage.word_sets import split_words

_NAME = re.compile(r"[A-Za-z_][\w.]*\Z")

_CONSTANTS = split_words(
    "lit current_timestamp current_date now monotonically_increasing_id input_file_name "
    "spark_partition_id rand randn uuid typedLit row_number rank dense_rank percent_rank "
    "cume_dist ntile unix_timestamp broadcast"
)
"""Functions whose texts name no column."""
_ALL_TEXTS = split_words(
    "concat coalesce greatest least struct array create_map hash xxhash64 count_distinct "
    "countDistinct grouping_id map_from_arrays arrays_zip map_concat add datediff date_diff "
    "months_between levenshtein corr covar_pop covar_samp approx_count_distinct"
)
"""Functions each of whose texts names a column."""
_FIRST_TEXT = split_words(
    "col column upper lower trim ltrim rtrim initcap length reverse year month quarter "
    "dayofmonth dayofweek dayofyear weekofyear hour minute second date_format to_date "
    "to_timestamp from_unixtime to_utc_timestamp from_utc_timestamp date_add date_sub "
    "add_months date_trunc trunc last_day sum sumDistinct sum_distinct avg mean count min max "
    "first last collect_list collect_set stddev stddev_pop stddev_samp variance var_pop "
    "var_samp skewness kurtosis lag lead nth_value abs ceil floor round bround sqrt exp log "
    "log10 log2 pow isnan isnull nanvl sha1 sha2 md5 crc32 base64 unbase64 hex unhex bin "
    "regexp_replace regexp_extract translate split substring substring_index lpad rpad repeat "
    "instr locate ascii soundex explode explode_outer posexplode posexplode_outer inline size "
    "array_contains array_distinct array_join array_max array_min sort_array element_at slice "
    "flatten from_json to_json get_json_object json_tuple schema_of_json map_keys map_values "
    "from_csv to_csv cast percentile_approx approxCountDistinct any_value max_by min_by asc "
    "desc asc_nulls_first desc_nulls_last transform filter aggregate exists forall array_sort "
    "to_number decode encode"
)
"""Functions whose first text names a column, and whose other texts are formats or patterns."""
COLUMN_FUNCTIONS = (
    _CONSTANTS | _ALL_TEXTS | _FIRST_TEXT | {"when", "expr", "concat_ws", "format_string"}
)
AMBIGUOUS_FUNCTIONS = split_words(
    "sum min max abs round pow filter transform hash first last count exists add now encode "
    "decode split slice size log trim upper lower length reverse translate repeat locate mean "
    "floor ceil sqrt exp array column struct hex bin year month hour minute second rank uuid "
    "rand aggregate cast"
)
"""Names that other libraries have too: taken as Spark's when something says so."""


FRAME_PROPERTIES = split_words("rdd na stat loc iloc at str dt values T df")
"""Properties of frames and columns that stand for the same data."""
COLUMN_METHODS = split_words(
    "alias name cast astype asc desc asc_nulls_first asc_nulls_last desc_nulls_first "
    "desc_nulls_last over isin like rlike ilike between when otherwise isNull isNotNull "
    "eqNullSafe getField getItem substr startswith endswith contains withField dropFields"
)
"""Methods of Spark's columns; what else is called on a column is of pandas."""


def get_column(frame: Frame, name: str) -> Column:
    """Return ``frame.name`` or ``frame["name"]``."""
    return Column(((frame.node, name),), name)


def combine_columns(values: Iterable[Value]) -> Column:
    """Make one nameless column of all columns in ``values``."""
    refs: dict[tuple[str | None, str], None] = {}
    known = True
    for value in values:
        for option in get_alternatives(value):
            if isinstance(option, Column):
                refs.update(dict.fromkeys(option.refs))
                known = known and option.is_known
            elif isinstance(option, (list, tuple)):
                inner = combine_columns(option)
                refs.update(dict.fromkeys(inner.refs))
                known = known and inner.is_known
            elif isinstance(option, External) and option.label.startswith("loop:"):
                known = False
    return Column(tuple(refs), None, known)


def parse_column_name(text: str) -> Column:
    """Return the column that a text names."""
    name = render(text).strip("`")
    if has_placeholder(text):
        return Column((), None, is_known=False)
    return Column(((None, name),), name.split(".")[-1])


def call_column_function(name: str, args: list[Value]) -> Column:
    """Call ``pyspark.sql.functions.name``."""
    if name == "expr":
        return (
            parse_column_expression(args[0])
            if args and isinstance(args[0], str)
            else Column(is_known=False)
        )
    if name in {"col", "column"} and args:
        return parse_column_name(args[0]) if isinstance(args[0], str) else _as_column(args[0])
    if name in _CONSTANTS:
        return combine_columns(arg for arg in args if isinstance(arg, Column))
    texts = args if name in _ALL_TEXTS else args[1:] if name == "concat_ws" else args[:1]
    if name in {"when", "format_string"}:
        texts = []
    flat: list[Value] = []
    for value in texts:
        flat += value if isinstance(value, (list, tuple)) else [value]
    named_texts = [
        parse_column_name(value) for value in flat if isinstance(value, str) and value != "*"
    ]
    made = combine_columns([*named_texts, *args])
    if len(made.refs) == 1:  # Spark names it so, unless an alias follows
        return Column(made.refs, f"{name}({made.refs[0][1]})", made.is_known)
    return made


def _as_column(value: Value) -> Column:
    if isinstance(value, Column):
        return value
    return Column((), None, is_known=False)


@lru_cache(maxsize=2_000)
def parse_column_expression(text: str) -> Column:
    """Parse a SQL expression, such as ``expr``'s or one of ``selectExpr``'s."""
    bare = text.strip().strip("`")
    if _NAME.match(bare):
        return parse_column_name(bare)
    reading = read_sql(f"SELECT {render(text)} FROM frame")  # noqa: S608 - parsed, never run
    for statement in reading.statements[:1]:
        if statement.rest:
            return Column((), "*", is_known=False)
        for name, sources in statement.columns.items():
            return Column(tuple((None, column) for _, column in sources), name)
    return Column((), None, is_known=False)


def call_column_method(column: Column, name: str, args: list[Value]) -> Column:
    """Call a method of a column."""
    if name in {"alias", "name"} and args and isinstance(args[0], str):
        return Column(
            column.refs, render(args[0]), column.is_known and not has_placeholder(args[0])
        )
    if name in {"getField", "getItem"}:
        last = args[0] if args and isinstance(args[0], str) else column.name
        return Column(column.refs, last, column.is_known)
    if name in {"cast", "astype", "asc", "desc", "over", "substr"}:
        return Column(column.refs, column.name, column.is_known)
    merged = combine_columns([column, *args])
    return Column(merged.refs, None, merged.is_known)
