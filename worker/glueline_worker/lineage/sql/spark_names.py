"""How Spark prints functions, operators, numbers and windows in the names of columns."""

from glueline_worker.lineage.word_sets import split_words

CASTS = split_words(
    "bigint binary boolean date decimal double float int smallint string timestamp tinyint"
)
"""Types that are functions too: ``int(a)`` is a cast."""
NUMBER_TYPES = frozenset({"L", "S", "Y", "BD"})
"""Letters behind a number that name its type, and that the tokenizer takes for a cast."""
_UPPER = split_words(
    "floor ceil power sqrt exp expm1 log10 log1p log2 signum cbrt acos asin atan atan2 cos cosh "
    "sin sinh tan tanh degrees radians rint hypot rank rlike cot log sec csc"
)
"""Functions that Spark prints in capitals."""
_OTHER_NAMES = {"array_agg": "collect_list", "session_user": "current_user", "regexp": "rlike"}
_SAME = "lambdafunction(namedlambdavariable(), namedlambdavariable())"
_UNITS = {
    "dateadd": "timestampadd",
    "date_add": "timestampadd",
    "datediff": "timestampdiff",
    "date_diff": "timestampdiff",
}
"""Functions that have another name where the first of three arguments is a unit."""
_DEFAULTS = {
    ("split", 2): ("-1",),
    ("regexp_replace", 3): ("1",),
    ("regexp_extract", 2): ("1",),
    ("from_unixtime", 1): ("yyyy-MM-dd HH:mm:ss",),
    ("unix_timestamp", 1): ("yyyy-MM-dd HH:mm:ss",),
    ("locate", 2): ("1",),
    ("to_unix_timestamp", 1): ("yyyy-MM-dd HH:mm:ss",),
    ("regexp_extract_all", 2): ("1",),
    ("substr", 2): ("2147483647",),
    ("substring", 2): ("2147483647",),
    ("lpad", 2): (" ",),
    ("rpad", 2): (" ",),
    ("sort_array", 1): ("true",),
    ("months_between", 2): ("true",),
    ("percentile", 2): ("1",),
    ("percentile_approx", 2): ("10000",),
    ("approx_percentile", 2): ("10000",),
    ("mask", 1): ("X", "x", "n", "NULL"),
    ("round", 1): ("0",),
    ("bround", 1): ("0",),
    ("lag", 1): ("1", "NULL"),
    ("lag", 2): ("NULL",),
    ("lead", 1): ("1", "NULL"),
    ("lead", 2): ("NULL",),
    ("string_agg", 1): ("NULL",),
    ("listagg", 1): ("NULL",),
    ("overlay", 3): ("-1",),
    ("aggregate", 3): (_SAME,),
    ("reduce", 3): (_SAME,),
}
"""Arguments that Spark adds where they are left out, by function and number of arguments."""


def print_function(name: str, args: list[str]) -> str:
    """Return a call as Spark prints it, with the arguments that it adds."""
    if name == "count" and args == ["*"]:
        args = ["1"]
    if name == "if":
        return f"(IF({', '.join(args)}))"
    if name in {"isnull", "isnotnull"} and len(args) == 1:
        return f"({args[0]} IS {'NOT ' * (name == 'isnotnull')}NULL)"
    if name in {"window", "session_window"}:
        return name
    if name in {"from_json", "from_csv", "from_xml"}:
        args = args[:1]
    if name == "log" and len(args) == 1:
        args = ["E()", *args]
    if name in {"first", "last", "first_value", "last_value", "any_value"}:
        args = args[:1]
    if len(args) == 3 and name in _UNITS:  # noqa: PLR2004
        name = _UNITS[name]
    name = _OTHER_NAMES.get(name, name)
    args += _DEFAULTS.get((name, len(args)), ())
    return f"{name.upper() if name in _UPPER else name}({', '.join(args)})"


def print_binary(word: str, left: str, right: str) -> str:
    """Return two expressions with an operator between them."""
    if word == "||":
        return f"concat({left}, {right})"
    if word in {"<>", "!="}:
        return f"(NOT ({left} = {right}))"
    word = {"==": "=", "DIV": "div"}.get(word, word)
    return f"({left} {word} {right})"


def print_number(text: str) -> str:
    """Return a number as Spark prints it: without its type's letter, ``1e3`` as ``1000.0``."""
    lower = text.lower()
    if "e" in lower and not lower.startswith("0x"):
        try:
            return str(float(lower.rstrip("df")))
        except ValueError:
            return text
    return lower.rstrip("lsdf") if lower[-1:] in "lsdf" else text


def print_trim(name: str, args: list[str]) -> str:
    """Return ``ltrim`` or ``rtrim`` with the characters that it takes off."""
    side = "LEADING" if name == "ltrim" else "TRAILING"
    return f"TRIM({side} {args[0]} FROM {args[1]})"
