"""Write types as Spark's DESCRIBE does, and compare what Glue holds with what Spark does."""

import re

from glueline.contract.datatypes import (
    ArrayType,
    DataType,
    MapType,
    PrimitiveType,
    StructField,
    StructType,
    UnionType,
    UnknownType,
)
from glueline_worker.catalog.types.column_types import parse_type, render_type

_SIGNS = re.compile(r"[:,<>()`\"'\\]")
"""Characters by which a name without quotes would be read as something else."""
_ALIASES = {
    "byte": "tinyint",
    "short": "smallint",
    "integer": "int",
    "long": "bigint",
    "real": "float",
    "dec": "decimal",
    "numeric": "decimal",
    "null": "void",
    "timestamp_ltz": "timestamp",
}
_REFINED = {
    "string": ("char", "varchar"),
    "timestamp": ("timestamp_ntz",),
    "interval_year_month": ("interval year", "interval month", "interval year to month"),
}
"""Words of Hive that say less than those of Spark that they stand for."""
_DAY_TIMES = ("interval day", "interval hour", "interval minute", "interval second")
_DEFAULT_DECIMAL = (10, 0)


def describe_type(data_type: DataType) -> str:
    """Return the text that Spark's DESCRIBE has: without comments, and names without quotes.

    Names with the signs of types are quoted, all odd ones where the text would mean another type.
    """
    if isinstance(data_type, PrimitiveType):
        return render_type(data_type)
    plain = without_comments(data_type)
    text = _render_bare(plain)
    return text if parse_type(text) == plain else render_type(plain)


def without_comments(data_type: DataType) -> DataType:
    """Return the type without the comments of the fields of its structs."""
    match data_type:
        case ArrayType(element=element):
            return ArrayType(element=without_comments(element))
        case MapType(key=key, value=value):
            return MapType(key=without_comments(key), value=without_comments(value))
        case StructType(fields=fields):
            return StructType(
                fields=tuple(
                    StructField(name=each.name, type=without_comments(each.type)) for each in fields
                )
            )
        case UnionType(members=members):
            return UnionType(members=tuple(map(without_comments, members)))
        case _:
            return data_type


def is_refined_by(glue: DataType, spark: DataType) -> bool:
    """Tell whether ``spark`` is the same type as ``glue`` or says more about it.

    Glue has no collations and no case of nested names, and some words stand for several of Spark.
    """
    match glue, spark:
        case UnknownType(), _:
            return True
        case PrimitiveType(), PrimitiveType():
            return _is_word_refined_by(glue, spark)
        case ArrayType(), ArrayType():
            return is_refined_by(glue.element, spark.element)
        case MapType(), MapType():
            return is_refined_by(glue.key, spark.key) and is_refined_by(glue.value, spark.value)
        case StructType(), StructType():
            return len(glue.fields) == len(spark.fields) and all(
                one.name.lower() == other.name.lower() and is_refined_by(one.type, other.type)
                for one, other in zip(glue.fields, spark.fields, strict=True)
            )
        case _:
            return glue == spark


def _render_bare(data_type: DataType) -> str:
    match data_type:
        case ArrayType(element=element):
            return f"array<{_render_bare(element)}>"
        case MapType(key=key, value=value):
            return f"map<{_render_bare(key)},{_render_bare(value)}>"
        case StructType(fields=fields):
            inner = ",".join(f"{_quote(each.name)}:{_render_bare(each.type)}" for each in fields)
            return f"struct<{inner}>"
        case UnionType(members=members):
            return f"uniontype<{','.join(map(_render_bare, members))}>"
        case _:
            return render_type(data_type)


def _quote(name: str) -> str:
    return f"`{name.replace('`', '``')}`" if _SIGNS.search(name) else name


def _is_word_refined_by(glue: PrimitiveType, spark: PrimitiveType) -> bool:
    of_glue, of_spark = (_ALIASES.get(each.name, each.name) for each in (glue, spark))
    if of_glue == of_spark:
        return _read_numbers(of_glue, glue) == _read_numbers(of_spark, spark)
    if of_glue == "interval_day_time":
        return of_spark.startswith(_DAY_TIMES)
    return of_spark in _REFINED.get(of_glue, ())


def _read_numbers(word: str, data_type: PrimitiveType) -> tuple[int, ...]:
    return data_type.parameters or (_DEFAULT_DECIMAL if word == "decimal" else ())
