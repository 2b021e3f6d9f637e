"""The parameters of Spark's column functions, as the signatures of PySpark 4.3 have them."""

from __future__ import annotations

from msgspec import Struct

_TABLE = """
-: cume_dist curdate current_catalog current_database current_date current_path current_schema
    current_timestamp current_timezone current_user dense_rank e input_file_block_length
    input_file_block_start input_file_name localtimestamp monotonically_increasing_id now
    percent_rank pi rank row_number session_user spark_partition_id user version
a1 a2: arrays_overlap
arg1 arg2: log
arr pos !value: array_insert
!bucket_size ts !origin: time_bucket
col: abs acos acosh array_agg array_compact array_distinct array_max array_min array_size asc
    asc_nulls_first asc_nulls_last ascii asin asinh atan atanh avg base64 bin bit_and bit_count
    bit_length bit_or bit_xor bitmap_and_agg bitmap_bit_position bitmap_bucket_number
    bitmap_construct_agg bitmap_count bitmap_or_agg bitwiseNOT bitwise_not bool_and bool_or
    cardinality cbrt char collation collect_list collect_set collect_union cos cosh cot count
    count_if crc32 csc day dayname dayofmonth dayofweek dayofyear days degrees desc
    desc_nulls_first desc_nulls_last every exp explode explode_outer expm1 factorial flatten
    from_base32 grouping hex hll_sketch_estimate hour hours initcap inline inline_outer isnan
    isnotnull isnull json_array_length json_object_keys kll_sketch_get_n_bigint
    kll_sketch_get_n_double kll_sketch_get_n_float kll_sketch_to_string_bigint
    kll_sketch_to_string_double kll_sketch_to_string_float kurtosis length ln log10 log1p log2
    lower map_entries map_from_entries map_keys map_values max md5 mean median min minute month
    monthname months negate negative nullifzero octet_length parse_json posexplode
    posexplode_outer positive product quarter quote radians reverse rint sec second sha sha1 sign
    signum sin sinh size skewness some soundex sqrt std stddev stddev_pop stddev_samp sum
    sumDistinct sum_distinct tan tanh theta_intersection_agg theta_sketch_estimate
    time_from_micros time_from_millis time_from_seconds time_to_micros time_to_millis
    time_to_seconds timestamp_micros timestamp_millis timestamp_nanos timestamp_seconds toDegrees
    toRadians to_base32 to_variant_object try_avg try_parse_json try_sum
    tuple_sketch_estimate_double tuple_sketch_estimate_integer tuple_sketch_theta_double
    tuple_sketch_theta_integer typeof unbase64 unhex unix_date unix_micros unix_millis unix_nanos
    unix_seconds unwrap_udt upper var_pop var_samp variance vector_avg vector_sum weekday
    weekofyear year years zeroifnull
col !allowDifferentLgConfigK: hll_union_agg
col !asc: sort_array
col !charset: decode encode
col !collation: collate
col !d: format_number
col !delimiter: listagg listagg_distinct string_agg string_agg_distinct
col !delimiter !null_replacement: array_join
col !deterministic: mode
col !element: array_remove
col !eps !confidence !seed: count_min_sketch
col !errMsg: assert_true
col !extraction: element_at
col !format: to_date to_timestamp try_to_date
col !fromBase !toBase: conv
col !ignoreNulls: any_value first_value last_value
col !ignorenulls: first last
col !k: kll_merge_agg_bigint kll_merge_agg_double kll_merge_agg_float kll_sketch_agg_bigint
    kll_sketch_agg_double kll_sketch_agg_float
col !len !pad: lpad rpad
col !lgConfigK: hll_sketch_agg
col !lgNomEntries: theta_sketch_agg theta_union_agg
col !lgNomEntries !mode: tuple_union_agg_double tuple_union_agg_integer
col !mode: tuple_intersection_agg_double tuple_intersection_agg_integer
    tuple_sketch_summary_double tuple_sketch_summary_integer
col !nBins: histogram_numeric
col !numBits: sha2 shiftLeft shiftRight shiftRightUnsigned shiftleft shiftright shiftrightunsigned
col !offset !default: lag lead
col !offset !ignoreNulls: nth_value
col !options: to_csv to_json to_xml
col !path: get_json_object
col !percentage !accuracy: approx_percentile percentile_approx
col !percentage !frequency: percentile
col !rsd: approxCountDistinct approx_count_distinct
col !scale: bround ceil ceiling floor round
col !schema !options: from_csv from_json from_xml
col !seed: shuffle
col !value: array_append array_contains array_position array_prepend map_contains_key
col &comparator: array_sort
col &f: exists filter forall map_filter transform transform_keys transform_values
col *!fields: json_tuple
col *cols: countDistinct count_distinct
col count: array_repeat
col extraction: try_element_at
col format: to_binary to_char to_number to_varchar try_to_binary try_to_number try_to_timestamp
col index: get
col initialValue &merge &finish: aggregate reduce
col n: repeat
col ord !k: max_by min_by
col pos: bit_get getbit
col trim: ltrim rtrim trim
col upperChar lowerChar digitChar otherChar: mask
col1 col2: array_except array_intersect array_union atan2 corr covar_pop covar_samp equal_null
    hypot ifnull map_from_arrays nanvl nullif nvl pow power theta_difference theta_intersection
    tuple_difference_double tuple_difference_integer tuple_difference_theta_double
    tuple_difference_theta_integer
col1 col2 !allowDifferentLgConfigK: hll_union
col1 col2 !lgNomEntries: theta_union
col1 col2 !lgNomEntries !mode: tuple_union_double tuple_union_integer tuple_union_theta_double
    tuple_union_theta_integer
col1 col2 !mode: tuple_intersection_double tuple_intersection_integer
    tuple_intersection_theta_double tuple_intersection_theta_integer
col1 col2 &f: map_zip_with
col1 col2 col3: nvl2
*cols: array arrays_zip coalesce concat create_map greatest grouping_id hash java_method least
    map_concat named_struct reflect stack struct try_reflect xxhash64
!csv !options: schema_of_csv
date: last_day
date !dayOfWeek: next_day
date !format: date_format trunc
date1 date2 !roundOff: months_between
days: date_from_unix_date
days hours mins secs: make_dt_interval
dividend divisor: pmod
end start: date_diff datediff
!errMsg: raise_error
field source: date_part datepart extract
!format *cols: format_string
format *cols: printf
!format timestamp: date_trunc
!funcName *cols: call_function
geo: st_srid
geo endianness: st_asbinary
geo srid: st_setsrid
hour minute second: make_time
input key mode padding aad: aes_decrypt try_aes_decrypt
input key mode padding iv aad: aes_encrypt
*inputs: elt
!json !options: schema_of_json
key message algorithm: hmac
key summary !lgNomEntries !mode: tuple_sketch_agg_double tuple_sketch_agg_integer
left right: contains jaro_winkler_similarity kll_sketch_merge_bigint kll_sketch_merge_double
    kll_sketch_merge_float try_add try_divide try_mod try_multiply try_subtract
    vector_cosine_similarity vector_inner_product vector_l2_distance
left right !threshold: levenshtein
left right &f: zip_with
!length !seed: randstr
!min !max !seed: uniform
n: chr
!n: ntile
!numBuckets col: bucket
!precision: current_time
!seed: rand randn random uuid
!sep *cols: concat_ws
sketch quantile: kll_sketch_get_rank_bigint kll_sketch_get_rank_double kll_sketch_get_rank_float
sketch rank: kll_sketch_get_quantile_bigint kll_sketch_get_quantile_double
    kll_sketch_get_quantile_float
sourceTz targetTz sourceTs: convert_timezone
src delimiter partNum: split_part
src replace pos len: overlay
src search replace: replace
srcCol !matching !replace: translate
start days: date_add date_sub dateadd
start months: add_months
start stop step: sequence
str: char_length character_length is_valid_utf8 lcase make_valid_utf8 try_url_decode
    try_validate_utf8 ucase url_decode url_encode validate_utf8
str !delim !count: substring_index
str !pattern !idx: regexp_extract
str !pattern limit: split
str !substr !start !occurrence: instr
str format: to_time try_to_time
str len: left right
str pattern !escapeChar: ilike like
str pos len: substr substring
str prefix: startswith
str regexp: regexp regexp_count regexp_like regexp_substr rlike
str regexp !idx: regexp_extract_all regexp_instr
str str_array: find_in_set
str suffix: endswith
str trim: btrim
string !pattern !replacement !position: regexp_replace
string language country: sentences
!substr str !pos: locate
substr str start: position
text pairDelim keyValueDelim: str_to_map
timeColumn !gapDuration: session_window
timeColumn !windowDuration !slideDuration !startTime: window
timestamp !format: from_unixtime unix_timestamp
timestamp !tz: from_utc_timestamp to_utc_timestamp
timestamp format: to_timestamp_ltz to_timestamp_ntz to_unix_timestamp
!udfName *cols: call_udf callUDF
!unit quantity ts: timestamp_add
unit start end: time_diff
!unit start end: timestamp_diff
unit time: time_trunc
url partToExtract key: parse_url try_parse_url
v: is_valid_variant is_variant_null schema_of_variant schema_of_variant_agg
v !include_arrays: variant_strip_nulls
v !path !targetType: try_variant_get variant_get
v !path value: try_variant_array_append try_variant_insert variant_array_append variant_insert
v !path value !create_if_missing: try_variant_set variant_set
v *!paths: variant_delete
v min max numBucket: width_bucket
value startTime: counter_diff
vector degree: vector_norm vector_normalize
windowColumn: window_time
wkb: st_geogfromwkb
wkb srid: st_geomfromwkb
x start length: slice
!xml !options: schema_of_xml
xml path: xpath xpath_boolean xpath_double xpath_float xpath_int xpath_long xpath_number
    xpath_short xpath_string
y x: regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
year month day: make_date
years months: make_ym_interval
years months days hours mins secs date time: make_timestamp_ntz try_make_timestamp_ntz
years months days hours mins secs timezone: make_timestamp_ltz try_make_timestamp_ltz
years months days hours mins secs timezone date time: make_timestamp try_make_timestamp
years months weeks days hours mins secs: make_interval try_make_interval
"""
"""Parameters, and the functions that have them. ``!`` marks a parameter whose text is no column's
name, ``&`` one that is a function of columns, ``*`` any number of arguments."""


class Parameter(Struct, frozen=True):
    """One parameter: ``kind`` is ``column``, ``literal`` or ``function``."""

    name: str
    kind: str
    is_repeated: bool = False


_KINDS = {"!": "literal", "&": "function"}


def _read_parameter(text: str) -> Parameter:
    name = text.lstrip("*")
    kind = _KINDS.get(name[:1], "column")
    return Parameter(name.lstrip("!&"), kind, text.startswith("*"))


def _read_table(text: str) -> dict[str, tuple[Parameter, ...]]:
    found: dict[str, tuple[Parameter, ...]] = {}
    for row in text.replace("\n    ", " ").strip().splitlines():
        parameters, _, names = row.partition(": ")
        read = tuple(map(_read_parameter, parameters.split())) if parameters != "-" else ()
        found.update(dict.fromkeys(names.split(), read))
    return found


SIGNATURES = _read_table(_TABLE)
"""The parameters of each function by its name."""
