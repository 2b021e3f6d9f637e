"""The datasets among the arguments of a function that is not known, by their forms and names.

``write_rows(rows, target_table="silver.rows")`` writes a table, and ``read_csv(spark, path)`` a
path, whatever module they come from. A text counts only if its form or its parameter's name says
what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.remembered import remember_short_texts
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.template_text import as_text, get_label, is_placeholder
from glueline_worker.lineage.script.domain.values import External, OneOf, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.source.parser import CLOSE, OPEN

_URL = re.compile(r"(?:s3[an]?|hdfs|abfss?|gs)://")
_PART = rf"`?(?:[A-Za-z_]|{OPEN}[^{CLOSE}]*{CLOSE})(?:\w|{OPEN}[^{CLOSE}]*{CLOSE})*`?"
_QUALIFIED = re.compile(rf"{_PART}(?:\.{_PART}){{1,2}}")
_SIMPLE = re.compile(_PART)
_FILE = re.compile(
    r"(?i)\.(?:avro|cfg|conf|csv|gz|ini|jar|json|orc|parquet|py|sql|toml|txt|whl|xml|ya?ml|zip)\Z"
)
_SOURCE = re.compile(r"(?:.*_)?(?:src|source|input|in|from)(?:_.*)?")
_TARGET = re.compile(r"(?:.*_)?(?:dest|destination|dst|output|out|sink|target|tgt|to)(?:_.*)?")
_TABLE = re.compile(r"(?:.*_)?(?:table|tbl)(?:_?(?:name|fqn|id|identifier|path))?")
_DATABASE = re.compile(r"(?:.*_)?(?:database|db|schema|namespace)(?:_?name)?")
_PLACE = re.compile(
    r"(?:.*_)?(?:dir|directory|folder|location|path|paths|prefix|s3|uri|url)(?:_\w+)?"
)
_UNKNOWN_PLACE = re.compile(
    r"(?:\w+_)?(?:dest|destination|input|out|output|s3|source|src|target|tgt)_"
    r"(?:folder|location|path|uri|url)"
)
_OF_TABLES = re.compile(
    r"(?:.*_)?(?:catalog|delta|dynamic_frame|hudi|iceberg|merge|scd\d?|tables?|upsert)(?:_.*)?"
)
_OF_FILES = re.compile(
    r"(?:.*_)?(?:avro|csv|excel|file|files|json|orc|parquet|path|s3|xml)(?:_.*)?"
)
_OF_DATABASES = re.compile(
    r"(?:.*_)?(?:dynamo\w*|jdbc|kafka|mongo\w*|mysql|opensearch|oracle|postgres\w*|redshift|"
    r"snowflake|sql_?server|teradata)(?:_.*)?"
)
_SESSION = re.compile(r"(?i)spark|glue_?context|\bsc\b")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_DATA = re.compile(
    r"(?:.*_)?(?:checkpoint|config|conf|log|mode|query|schema_path|sql|temp|tmp|view|key)(?:_.*)?"
)


class HelperArgument(NamedTuple):
    """A text that a function is given; ``name`` is its parameter, "" by position."""

    name: str
    text: str

    @property
    def is_source(self) -> bool:
        """Tell whether the parameter's name says that data comes from there."""
        return bool(_SOURCE.fullmatch(self.name))

    @property
    def is_target(self) -> bool:
        """Tell whether the parameter's name says that data goes there."""
        return bool(_TARGET.fullmatch(self.name))


def is_url(text: str) -> bool:
    """Tell whether a text names a place by itself."""
    return bool(_URL.match(text))


def is_session(value: Value) -> bool:
    """Tell whether a value is a Spark session or a Glue context."""
    return isinstance(value, External) and bool(_SESSION.search(value.path))


@remember_short_texts
def make_snake_case(name: str) -> str:
    """Return ``writeToS3`` as ``write_to_s3``."""
    return _CAMEL.sub("_", name).lower()


def list_text_arguments(call: Call) -> Iterator[HelperArgument]:
    """List the texts among the arguments, also those that are known only at run time."""
    named: list[tuple[str, Value]] = [("", value) for value in call.args]
    named += [(make_snake_case(name), value) for name, value in call.kwargs.items()]
    for name, value in named:
        for option in get_alternatives(value) if isinstance(value, OneOf) else (value,):
            if isinstance(option, str):
                yield HelperArgument(name, option)
            elif isinstance(option, External) and _may_be_text(option):
                yield HelperArgument(name or make_snake_case(option.name), as_text(option))


def _may_be_text(value: External) -> bool:
    """Tell whether a value is a setting, or an attribute that is called a place: ``conf.path``."""
    if value.label.startswith(("arg:", "env:")):
        return True
    return value.label == "unknown" and bool(_UNKNOWN_PLACE.fullmatch(make_snake_case(value.name)))


def find_argument_datasets(call: Call, arguments: list[HelperArgument]) -> list[Dataset]:
    """Find the datasets that the arguments name; none where nothing says what they are."""
    function = make_snake_case(call.name)
    if _OF_DATABASES.fullmatch(function):
        arguments = [argument for argument in arguments if is_url(argument.text)]
    found = _find_in_database(call, arguments)
    for argument in arguments:
        if found and not _URL.match(argument.text):
            continue
        found += _find_dataset(call, function, argument)
    return found


def _find_in_database(call: Call, arguments: list[HelperArgument]) -> list[Dataset]:
    """Find the table that a database and a name beside it make."""
    databases = [a.text for a in arguments if _DATABASE.fullmatch(a.name)]
    tables = [a.text for a in arguments if _TABLE.fullmatch(a.name) and "." not in a.text]
    if not databases and not tables and _OF_TABLES.fullmatch(make_snake_case(call.name)):
        plain = [a.text for a in arguments if not a.name and _SIMPLE.fullmatch(a.text)]
        databases, tables = plain[:1], plain[1:2] if len(plain) == len(arguments) else []
    if len(databases) != 1 or len(tables) != 1:
        return []
    return datasets.find_tables(call.state, databases[0], tables[0])


def _find_dataset(call: Call, function: str, argument: HelperArgument) -> list[Dataset]:
    name, text = argument
    if _NOT_DATA.fullmatch(name):
        return []
    if _URL.match(text):
        return datasets.find_locations(call.state, text)
    if is_placeholder(text):
        return _find_placeholder(call, function, argument)
    says_table = _TABLE.fullmatch(name) or argument.is_target or argument.is_source
    if _QUALIFIED.fullmatch(text) and not _FILE.search(text):
        is_table = says_table if name else _OF_TABLES.fullmatch(function)
        return datasets.find_spark_tables(call.state, text) if is_table else []
    return []


def _find_placeholder(call: Call, function: str, argument: HelperArgument) -> list[Dataset]:
    """Find what an argument of the job is: its own name tells, the parameter's, the function's."""
    label = make_snake_case(get_label(argument.text).partition(":")[2]).replace("-", "_")
    for word in (argument.name, label, function):
        if _NOT_DATA.fullmatch(word) and word != function:
            return []
        if _TABLE.fullmatch(word):
            return datasets.find_spark_tables(call.state, argument.text)
        if _PLACE.fullmatch(word):
            return datasets.find_locations(call.state, argument.text)
    is_role = argument.is_source or argument.is_target
    if is_role and _OF_FILES.fullmatch(function):
        return datasets.find_locations(call.state, argument.text)
    return []
