"""What functions do to their arguments: aggregate, mask, or only look at them."""

from sqlglot import exp

from glueline_worker.lineage.transformations import MASKING_FUNCTIONS
from glueline_worker.lineage.word_sets import split_words

_MASKING = (exp.MD5, exp.MD5Digest, exp.SHA, exp.SHA2)
AGGREGATE_NAMES = split_words(
    "any array_agg bit_and bit_or bit_xor bitmap_construct_agg bitmap_or_agg bool_and bool_or "
    "collect_list collect_set count_min_sketch every group_concat histogram_numeric "
    "hll_sketch_agg hll_union_agg json_arrayagg json_objectagg kll_sketch_agg_bigint kurtosis "
    "listagg map_agg map_union max_by mean measure median min_by mode multimap_agg "
    "numeric_histogram percentile percentile_cont percentile_disc regr_avgx regr_avgy "
    "regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy set_agg set_union "
    "skewness some std string_agg theta_sketch_agg theta_union_agg try_avg try_sum wm_concat xmlagg"
)
TIME_WINDOWS = frozenset({"session_window", "window"})
"""Functions of Spark whose values have a start and an end."""
CONDITION_NAMES = split_words("if iff")
"""Functions whose first argument is a condition."""


def get_name(node: exp.Expr) -> str:
    """Return a function's name in lower case where the parser does not know the function."""
    return node.name.lower() if isinstance(node, exp.Anonymous) else ""


def is_masking(node: exp.Expr) -> bool:
    """Tell whether a function hides the value that it is given."""
    return isinstance(node, _MASKING) or get_name(node) in MASKING_FUNCTIONS


def is_aggregate(node: exp.Expr) -> bool:
    """Tell whether a function makes one value of many rows."""
    return isinstance(node, exp.AggFunc) or get_name(node) in AGGREGATE_NAMES
