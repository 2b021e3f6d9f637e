"""Scala's methods, and those of Glue's and Spark's Scala API, as Python has them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from glueline_worker.lineage.scala.python_writer import python_name, words

IDENTITY = words(
    "as asInstanceOf asJava asScala booleanValue get getDataFrame getDynamicFrame "
    "getSampleDynamicFrame iterator par result seq stripMargin toArray toBoolean toBuffer "
    "toDouble toIndexedSeq toInt toIterator toList toLong toMap toOption toSeq toSet toVector "
    "view"
)
"""Methods that, without arguments, leave a value what it is here."""
CALLED = words(
    "awaitTermination cache checkpoint collect collectAsList count createOrReplace create "
    "append distinct dropDuplicates enableHiveSupport execute first getOrCreate isEmpty "
    "nonEmpty localCheckpoint overwritePartitions persist printSchema replace save show "
    "start summary toDF toJSON toJavaRDD unpersist values whenMatched whenNotMatched "
    "updateAll insertAll delete dropNullFields dropNulls commit now keys items"
)
"""Methods that Scala calls without parentheses."""
RENAMED = {
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
_PROPERTIES = frozenset({"spark_session"})
_STRINGS = frozenset({"lower", "strip", "upper", "keys"})
_ITEMS = {"_1": "[0]", "_2": "[1]", "_3": "[2]", "_4": "[3]", "head": "[0]", "last": "[-1]"} | {
    "tail": "[1:]",
    "init": "[:-1]",
}


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call: Python expressions, by position and by name."""

    positional: Sequence[str] = ()
    named: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, position: int, *names: str) -> str | None:
        """An argument by one of its names or its position."""
        for name in names:
            if name in self.named:
                return self.named[name]
        return self.positional[position] if position < len(self.positional) else None

    def text(self) -> str:
        """As they stand between parentheses."""
        named = [f"{name}={value}" for name, value in self.named.items()]
        return ", ".join([*self.positional, *named])


def selected(target: str, name: str) -> str:
    """``target.name`` without parentheses."""
    if name in IDENTITY:
        return target
    if name in _ITEMS:
        return target + _ITEMS[name]
    if name == "zipWithIndex":
        return f"[(item, index) for index, item in enumerate({target})]"
    python = RENAMED.get(name) or python_name(name)
    if python in _PROPERTIES:
        return f"{target}.{python}"
    called = name in CALLED or python in _STRINGS
    return f"{target}.{python}()" if called else f"{target}.{python}"


def called(target: str, name: str, arguments: Arguments) -> str:
    """``target.name(arguments)``."""
    if name in _CALLS:
        return _CALLS[name](target, arguments)
    if not arguments.text() and (name in IDENTITY or name in RENAMED):
        return selected(target, name)
    if name == "builder" and not arguments.text():
        return f"{target}.builder"
    return f"{target}.{RENAMED.get(name) or python_name(name)}({arguments.text()})"


def _catalog_source(target: str, arguments: Arguments) -> str:
    found = _keywords(
        database=arguments.get(0, "database", "nameSpace"),
        table_name=arguments.get(1, "tableName"),
        catalog_id=arguments.get(6, "catalogId"),
    )
    return f"{target}.create_dynamic_frame.from_catalog({found})"


def _source(target: str, arguments: Arguments) -> str:
    found = _keywords(
        connection_type=arguments.get(0, "connectionType"),
        connection_options=arguments.get(1, "options", "connectionOptions"),
        format=arguments.get(3, "format") if "=" not in (arguments.get(3) or "") else None,
    )
    return f"{target}.create_dynamic_frame.from_options({found})"


def _sink(target: str, arguments: Arguments) -> str:
    found = _keywords(
        connection_type=arguments.get(0, "connectionType"),
        options=arguments.get(1, "options", "connectionOptions"),
    )
    form = arguments.get(3, "format")
    return f"{target}.getSink({found})" + (f".setFormat({form})" if form else "")


def _catalog_sink(target: str, arguments: Arguments) -> str:
    found = _keywords(
        catalogDatabase=arguments.get(0, "database", "nameSpace"),
        catalogTableName=arguments.get(1, "tableName"),
        catalogId=arguments.get(5, "catalogId"),
    )
    return f'{target}.getSink(connection_type="catalog").setCatalogInfo({found})'


def _jdbc_sink(target: str, arguments: Arguments) -> str:
    options = arguments.get(1, "options") or "{}"
    connection = arguments.get(0, "catalogConnection")
    found = f'{{**{options}, "connectionName": {connection}}}'
    return f'{target}.getSink(connection_type="jdbc", options={found})'


def _keywords(**found: str | None) -> str:
    return ", ".join(f"{name}={value}" for name, value in found.items() if value is not None)


def _get_or_else(target: str, arguments: Arguments) -> str:
    if len(arguments.positional) > 1:
        return f"{target}.get({arguments.text()})"
    return f"({target} or {arguments.text() or None})"


def _contains(target: str, arguments: Arguments) -> str:
    return f"({arguments.text() or None} in {target})"


def _mk_string(target: str, arguments: Arguments) -> str:
    given = [*arguments.positional, *[""] * 3]
    if len(arguments.positional) >= 3:  # noqa: PLR2004 - start, separator, end
        return f"({given[0]} + {given[1]}.join({target}) + {given[2]})"
    return f"({given[0] or repr('')}).join({target})"


def formatted(target: str, arguments: Arguments) -> str:
    """``target.format(arguments)`` of a text: Scala's placeholders are those of ``%``."""
    return f"({target} % ({arguments.text()},))" if arguments.positional else target


def _as(target: str, arguments: Arguments) -> str:
    return f"{target}.alias({arguments.text()})" if arguments.positional else target


def _concat(target: str, arguments: Arguments) -> str:
    return f"({target} + {arguments.text() or repr('')})"


def _dynamic_frame(target: str, arguments: Arguments) -> str:
    return f'{target}.fromDF({arguments.get(0)}, {arguments.get(1)}, "frame")'


_CALLS: dict[str, Callable[[str, Arguments], str]] = {
    "as": _as,
    "concat": _concat,
    "contains": _contains,
    "equals": lambda target, arguments: f"({target} == {arguments.text() or None})",
    "getCatalogSink": _catalog_sink,
    "getCatalogSource": _catalog_source,
    "getJDBCSink": _jdbc_sink,
    "getOrDefault": _get_or_else,
    "getOrElse": _get_or_else,
    "getSink": _sink,
    "getSinkWithFormat": _sink,
    "getSource": _source,
    "getSourceWithFormat": _source,
    "mkString": _mk_string,
    "name": _as,
    "zip": lambda target, arguments: f"list(zip({target}, {arguments.text()}))",
    "toString": lambda target, _: target,
}
