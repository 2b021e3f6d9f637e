"""Scala's methods, and those of Glue's and Spark's Scala API, in Python."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct, field

from glueline_worker.lineage.scala.python_writer import make_python_name
from glueline_worker.lineage.word_sets import split_words

_IDENTITY = split_words(
    "as asInstanceOf asJava asScala booleanValue get getDataFrame getDynamicFrame "
    "getSampleDynamicFrame iterator par result seq stripMargin toArray toBoolean toBuffer "
    "toDouble toIndexedSeq toInt toIterator toList toLong toMap toOption toSeq toSet toVector "
    "view"
)
"""Methods that, without arguments, return the value itself."""
_WITHOUT_PARENTHESES = split_words(
    "awaitTermination cache checkpoint collect collectAsList count createOrReplace create "
    "append distinct dropDuplicates enableHiveSupport execute first getOrCreate isEmpty "
    "nonEmpty load localCheckpoint overwritePartitions persist printSchema replace save show "
    "start summary toDF toJSON toJavaRDD unpersist values whenMatched whenNotMatched "
    "updateAll insertAll delete dropNullFields dropNulls commit now keys items"
)
"""Methods that Scala calls without parentheses."""
_RENAMED = {
    "alias": "alias",
    "applyMapping": "apply_mapping",
    "containsKey": "__contains__",
    "dropFields": "drop_fields",
    "equalsIgnoreCase": "__eq__",
    "getSparkSession": "spark_session",
    "keySet": "keys",
    "renameField": "rename_field",
    "replaceAll": "replace",
    "replaceAllLiterally": "replace",
    "selectFields": "select_fields",
    "sparkSession": "spark_session",
    "splitFields": "split_fields",
    "splitRows": "split_rows",
    "stripPrefix": "removeprefix",
    "stripSuffix": "removesuffix",
    "toLowerCase": "lower",
    "toUpperCase": "upper",
    "trim": "strip",
    "add": "append",
}
NOW = "datetime.now()"
DATE_CLASSES = frozenset({"Date", "DateTime", "GregorianCalendar"})
"""Classes whose objects are the present time, if they are made of nothing."""
_CLOCKS = frozenset({"currentTimeMillis", "nanoTime"})
_PROPERTIES = frozenset({"spark_session"})
_STRINGS = frozenset({"lower", "strip", "upper", "keys"})
_ITEMS = {"_1": "[0]", "_2": "[1]", "_3": "[2]", "_4": "[3]", "head": "[0]", "last": "[-1]"} | {
    "tail": "[1:]",
    "init": "[:-1]",
}


class CallArguments(Struct, frozen=True):
    """The arguments of a call: Python expressions, by position and by name."""

    positional: Sequence[str] = ()
    named: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, position: int, *names: str) -> str | None:
        """Return an argument by one of its names or its position."""
        for name in names:
            if name in self.named:
                return self.named[name]
        return self.positional[position] if position < len(self.positional) else None

    def render(self) -> str:
        """Return the text between the parentheses."""
        named = [f"{name}={value}" for name, value in self.named.items()]
        return ", ".join([*self.positional, *named])


def make_selection(target: str, name: str) -> str:
    """Return ``target.name`` without parentheses."""
    if (found := _make_value_of_run(target, name)) or name in _IDENTITY:
        return found or target
    if name in _ITEMS:
        return target + _ITEMS[name]
    if name == "zipWithIndex":
        return f"[(item, index) for index, item in enumerate({target})]"
    python = _RENAMED.get(name) or make_python_name(name)
    if python in _PROPERTIES:
        return f"{target}.{python}"
    is_call = name in _WITHOUT_PARENTHESES or python in _STRINGS
    return f"{target}.{python}()" if is_call else f"{target}.{python}"


def _make_value_of_run(target: str, name: str) -> str:
    """Return what Python says for the time and the environment of a run; "" for all else."""
    place = target.rpartition(".")[2]
    if place == "Calendar" and name == "getInstance":
        return NOW
    if place == "System" and name in _CLOCKS:
        return NOW
    return "os.environ" if target == "sys" and name == "env" else ""


def make_method_call(target: str, name: str, arguments: CallArguments) -> str:
    """Return ``target.name(arguments)``."""
    if found := _make_value_of_run(target, name):
        return found
    if name == "envOrElse" and target.rpartition(".")[2] == "Properties":
        return f"os.environ.get({arguments.render()})"
    if name in _CALLS:
        return _CALLS[name](target, arguments)
    if not arguments.render() and (name in _IDENTITY or name in _RENAMED):
        return make_selection(target, name)
    if name == "builder" and not arguments.render():
        return f"{target}.builder"
    return f"{target}.{_RENAMED.get(name) or make_python_name(name)}({arguments.render()})"


def _make_catalog_source(target: str, arguments: CallArguments) -> str:
    found = _make_keywords(
        database=arguments.get(0, "database", "nameSpace"),
        table_name=arguments.get(1, "tableName"),
        catalog_id=arguments.get(6, "catalogId"),
    )
    return f"{target}.create_dynamic_frame.from_catalog({found})"


def _make_source(target: str, arguments: CallArguments) -> str:
    found = _make_keywords(
        connection_type=arguments.get(0, "connectionType"),
        connection_options=arguments.get(1, "options", "connectionOptions"),
        format=arguments.get(3, "format") if "=" not in (arguments.get(3) or "") else None,
    )
    return f"{target}.create_dynamic_frame.from_options({found})"


def _make_sink(target: str, arguments: CallArguments) -> str:
    found = _make_keywords(
        connection_type=arguments.get(0, "connectionType"),
        options=arguments.get(1, "options", "connectionOptions"),
    )
    form = arguments.get(3, "format")
    return f"{target}.getSink({found})" + (f".setFormat({form})" if form else "")


def _make_catalog_sink(target: str, arguments: CallArguments) -> str:
    found = _make_keywords(
        catalogDatabase=arguments.get(0, "database", "nameSpace"),
        catalogTableName=arguments.get(1, "tableName"),
        catalogId=arguments.get(5, "catalogId"),
    )
    return f'{target}.getSink(connection_type="catalog").setCatalogInfo({found})'


def _make_jdbc_sink(target: str, arguments: CallArguments) -> str:
    options = arguments.get(1, "options") or "{}"
    connection = arguments.get(0, "catalogConnection")
    found = f'{{**{options}, "connectionName": {connection}}}'
    return f'{target}.getSink(connection_type="jdbc", options={found})'


def _make_keywords(**found: str | None) -> str:
    return ", ".join(f"{name}={value}" for name, value in found.items() if value is not None)


def _make_default(target: str, arguments: CallArguments) -> str:
    if len(arguments.positional) > 1:
        return f"{target}.get({arguments.render()})"
    return f"({target} or {arguments.render() or None})"


def _make_membership(target: str, arguments: CallArguments) -> str:
    return f"({arguments.render() or None} in {target})"


def _make_join(target: str, arguments: CallArguments) -> str:
    parts = [*arguments.positional, *[""] * 3]
    if len(arguments.positional) >= 3:  # noqa: PLR2004 - start, separator, end
        return f"({parts[0]} + {parts[1]}.join({target}) + {parts[2]})"
    return f"({parts[0] or repr('')}).join({target})"


def make_format_call(target: str, arguments: CallArguments) -> str:
    """Return ``target.format(arguments)`` of a text: Scala's placeholders are those of ``%``.

    Java's form is ``String.format(target, arguments)``.
    """
    if target == "String" and arguments.positional:
        return make_format_call(arguments.positional[0], CallArguments(arguments.positional[1:]))
    return f"({target} % ({arguments.render()},))" if arguments.positional else target


def _make_alias(target: str, arguments: CallArguments) -> str:
    return f"{target}.alias({arguments.render()})" if arguments.positional else target


def _make_concatenation(target: str, arguments: CallArguments) -> str:
    return f"({target} + {arguments.render() or repr('')})"


_CALLS: dict[str, Callable[[str, CallArguments], str]] = {
    "as": _make_alias,
    "concat": _make_concatenation,
    "contains": _make_membership,
    "equals": lambda target, arguments: f"({target} == {arguments.render() or None})",
    "getCatalogSink": _make_catalog_sink,
    "getCatalogSource": _make_catalog_source,
    "getJDBCSink": _make_jdbc_sink,
    "getOrDefault": _make_default,
    "getOrElse": _make_default,
    "getSink": _make_sink,
    "getSinkWithFormat": _make_sink,
    "getSource": _make_source,
    "getSourceWithFormat": _make_source,
    "mkString": _make_join,
    "name": _make_alias,
    "zip": lambda target, arguments: f"list(zip({target}, {arguments.render()}))",
    "toString": lambda target, _: target,
}
