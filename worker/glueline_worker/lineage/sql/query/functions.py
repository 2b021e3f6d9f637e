"""What functions do to their arguments: aggregate, mask, or only look at them."""

from sqlglot import exp

from glueline_worker.lineage.word_sets import split_words

MASKING = (exp.MD5, exp.MD5Digest, exp.SHA, exp.SHA2)
MASKING_NAMES = split_words(
    "hash xxhash64 crc32 mask mask_first_n mask_last_n mask_show_first_n mask_show_last_n "
    "mask_hash md5 sha sha1 sha2 sha256 sha512 sha224 sha384 murmur3 murmur3_32_hash murmur3hash "
    "farm_fingerprint fnv_hash hash_md5 hash_agg checksum binary_checksum hashbytes standard_hash "
    "ora_hash md5_number md5_number_lower64 md5_number_upper64 sha1_hex sha2_hex sha1_binary "
    "sha2_binary hmac_md5 hmac_sha1 hmac_sha256 hmac_sha512 spooky_hash_v2_32 spooky_hash_v2_64"
)
AGGREGATE_NAMES = split_words(
    "any array_agg bit_and bit_or bit_xor bitmap_construct_agg bitmap_or_agg bool_and bool_or "
    "collect_list collect_set count_min_sketch every group_concat histogram_numeric "
    "hll_sketch_agg hll_union_agg json_arrayagg json_objectagg kll_sketch_agg_bigint kurtosis "
    "listagg map_agg map_union max_by measure median min_by mode multimap_agg numeric_histogram "
    "percentile percentile_cont percentile_disc regr_avgx regr_avgy regr_count regr_intercept "
    "regr_r2 regr_slope regr_sxx regr_sxy regr_syy set_agg set_union skewness some std "
    "string_agg theta_sketch_agg theta_union_agg try_avg try_sum wm_concat xmlagg"
)
CONDITION_NAMES = split_words("if iff")
"""Functions whose first argument is a condition."""


def get_name(node: exp.Expr) -> str:
    """Return a function's name in lower case where the parser does not know the function."""
    return node.name.lower() if isinstance(node, exp.Anonymous) else ""


def is_masking(node: exp.Expr) -> bool:
    """Tell whether a function hides the value that it is given."""
    return isinstance(node, MASKING) or get_name(node) in MASKING_NAMES


def is_aggregate(node: exp.Expr) -> bool:
    """Tell whether a function makes one value of many rows."""
    return isinstance(node, exp.AggFunc) or get_name(node) in AGGREGATE_NAMES
