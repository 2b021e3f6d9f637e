"""What Spark's functions do with values: aggregate them, hide them, make rows of them."""

from __future__ import annotations

from glueline_worker.lineage.word_sets import split_words

AGGREGATES = split_words(
    "any_value approx_count_distinct approxCountDistinct approx_percentile array_agg avg bit_and "
    "bit_or bit_xor bitmap_construct_agg bitmap_or_agg bitmap_and_agg bool_and bool_or "
    "collect_list collect_set corr count count_distinct countDistinct count_if count_min_sketch "
    "covar_pop covar_samp every first first_value grouping grouping_id histogram_numeric "
    "hll_sketch_agg hll_union_agg kurtosis last last_value listagg listagg_distinct max max_by "
    "mean median min min_by mode percentile percentile_approx product regr_avgx regr_avgy "
    "regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy schema_of_variant_agg "
    "skewness some std stddev stddev_pop stddev_samp string_agg string_agg_distinct sum "
    "sum_distinct sumDistinct theta_sketch_agg theta_union_agg theta_intersection_agg try_avg "
    "try_sum var_pop var_samp variance lag lead nth_value"
)
"""Functions that make one value of many rows' values."""
KEEPING = split_words(
    "explode explode_outer collect_list collect_set max min first last any_value first_value "
    "last_value array element_at try_element_at get slice filter sort_array array_sort "
    "array_distinct array_max array_min reverse shuffle coalesce flatten array_compact max_by "
    "min_by array_agg array_union array_except concat lag lead nth_value mode nvl ifnull"
)
"""Functions whose results have the fields of the structs that their first argument has."""
GENERATED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("explode", "explode_outer"), ("col",)),
    **dict.fromkeys(("posexplode", "posexplode_outer"), ("pos", "col")),
    **dict.fromkeys(("variant_explode", "variant_explode_outer"), ("pos", "key", "value")),
    **dict.fromkeys(("inline", "inline_outer", "json_tuple", "stack"), ()),
}
"""Functions that make rows, and the names of their columns."""
SHOWN_NAMES = {
    "create_map": "map",
    "mean": "avg",
    "dateadd": "date_add",
    "curdate": "current_date",
    "current_database": "current_schema",
    "negate": "negative",
    "pow": "POWER",
    "log": "ln",
    "timestamp_add": "timestampadd",
    "timestamp_diff": "timestampdiff",
    "toDegrees": "DEGREES",
    "toRadians": "RADIANS",
}
"""The names that Spark gives to columns, where they are not the function's."""
SHOWN_FORMS = {
    "isnull": "({} IS NULL)",
    "isnotnull": "({} IS NOT NULL)",
    "like": "{} LIKE {}",
    "positive": "(+ {})",
    "bitwiseNOT": "~{}",
    "bitwise_not": "~{}",
    "first": "first({})",
    "last": "last({})",
    "first_value": "first_value({})",
    "last_value": "last_value({})",
    "any_value": "any_value({})",
    "bucket": "bucket({1})",
}
"""The whole names of columns that are no plain calls."""
SHOWN_DEFAULTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "percentile_approx": (2, ("10000",)),
    "approx_percentile": (2, ("10000",)),
    "round": (1, ("0",)),
    "bround": (1, ("0",)),
    "split": (2, ("-1",)),
    "regexp_replace": (3, ("1",)),
    "regexp_extract_all": (2, ("1",)),
    "regexp_instr": (2, ("0",)),
    "months_between": (2, ("true",)),
    "locate": (2, ("1",)),
    "position": (2, ("1",)),
    "sort_array": (1, ("true",)),
    "overlay": (3, ("-1",)),
    "substr": (2, ("2147483647",)),
    "replace": (2, ("",)),
    "sentences": (1, ("", "")),
    "str_to_map": (1, (",", ":")),
    "hmac": (2, ("SHA-256",)),
    "mask": (1, ("X", "x", "n", "NULL")),
    "aes_encrypt": (2, ("GCM", "DEFAULT", "", "")),
    "aes_decrypt": (2, ("GCM", "DEFAULT", "")),
    "try_aes_decrypt": (2, ("GCM", "DEFAULT", "")),
    "from_unixtime": (1, ("yyyy-MM-dd HH:mm:ss",)),
    "to_unix_timestamp": (1, ("yyyy-MM-dd HH:mm:ss",)),
    "unix_timestamp": (0, ("current_timestamp()", "yyyy-MM-dd HH:mm:ss")),
}
"""The arguments that Spark shows although nobody gave them, after so many that are needed."""
UNNAMED = split_words("rand randn random randstr uniform uuid raise_error assert_true")
"""Functions whose columns have names that only a run knows."""
FAMILIAR = split_words(
    "current_timestamp current_date now monotonically_increasing_id input_file_name lit typedLit "
    "spark_partition_id rand randn uuid row_number rank dense_rank percent_rank expr when "
    "cume_dist ntile unix_timestamp broadcast concat concat_ws format_string coalesce greatest "
    "least struct array create_map hash xxhash64 count_distinct countDistinct grouping_id "
    "map_from_arrays arrays_zip map_concat datediff date_diff months_between levenshtein corr "
    "covar_pop covar_samp approx_count_distinct col column upper lower trim ltrim rtrim initcap "
    "length reverse year month quarter dayofmonth dayofweek dayofyear weekofyear hour minute "
    "second date_format to_date to_timestamp from_unixtime to_utc_timestamp from_utc_timestamp "
    "date_add date_sub add_months date_trunc trunc last_day sum sumDistinct sum_distinct avg mean "
    "count min max first last collect_list collect_set stddev stddev_pop stddev_samp variance "
    "var_pop var_samp skewness kurtosis lag lead nth_value abs ceil floor round bround sqrt exp "
    "log log10 log2 pow isnan isnull nanvl sha1 sha2 md5 crc32 base64 unbase64 hex unhex bin "
    "regexp_replace regexp_extract translate split substring substring_index lpad rpad repeat "
    "instr locate ascii soundex explode explode_outer posexplode posexplode_outer inline size "
    "array_contains array_distinct array_join array_max array_min sort_array element_at slice "
    "flatten from_json to_json get_json_object json_tuple schema_of_json map_keys map_values "
    "from_csv to_csv percentile_approx approxCountDistinct any_value max_by min_by asc "
    "desc asc_nulls_first desc_nulls_last transform filter aggregate exists forall array_sort "
    "to_number decode encode"
)
"""Functions that a bare name stands for, wherever it comes from."""
AMBIGUOUS = split_words(
    "sum min max abs round pow filter transform hash first last count exists now encode "
    "decode split slice size log trim upper lower length reverse translate repeat locate mean "
    "floor ceil sqrt exp array column struct hex bin year month hour minute second rank uuid "
    "rand aggregate"
)
"""Names that other libraries have too: taken as Spark's when something says so."""
