"""Parse column types in the spellings of Hive, Glue, Spark and Trino, and render them in one.

One pass finds the brackets and the parts between their commas. Each part is then parsed by
itself, so a part that is not understood leaves the others intact.
"""

import re
from functools import lru_cache

from msgspec.structs import replace

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
from glueline_worker.catalog.types.type_brackets import TypePart, find_brackets
from glueline_worker.catalog.values import replace_surrogates

TYPE_DEPTH_LIMIT = 40
"""Deeper types stay text: JSON parsers stop near 200 levels, and a struct takes three."""

_CACHED_LENGTH = 4096  # longer texts rarely come twice and would make the cache large
_PRIMITIVE_LENGTH = 64

_QUOTED_NAME = re.compile(r'`(?:[^`]|``)*+`|"(?:[^"]|"")*+"')
_PLAIN_NAME = re.compile(r"(?:\w[\w.$-]*)?")
_ESCAPE = re.compile(r"\\([^\w\s])")
_STRUCTS = ("struct", "row", "record")
_ARITY = {"array": 1, "list": 1, "map": 2, "uniontype": None, "union": None}
_CONSTRUCTOR = re.compile(rf"(?:{'|'.join((*_STRUCTS, *_ARITY))})\s*[<(]", re.IGNORECASE)
_PRIMITIVE = re.compile(
    r"([a-z][a-z0-9_ ]*?) ?(?:\( ?(-?[0-9]{1,9}) ?(?:, ?(-?[0-9]{1,9}) ?)?\))?( with(?:out)? .*)?"
)
_FIXED = re.compile(r"fixed ?\[ ?([0-9]{1,9}) ?\]", re.IGNORECASE)
_GEO = re.compile(r"(geometry|geography)\s*\(([^()<>]+)\)", re.IGNORECASE)
_SRID = re.compile(r"(?:epsg:|esri:|srid:)?([0-9]{1,9})", re.IGNORECASE)
_LONGITUDE_FIRST = {"ogc:crs84": 4326, "ogc:crs83": 4269, "ogc:crs27": 4267}
"""Reference systems with the longitude first, and the numbers that Spark counts them as."""
_COLLATED = re.compile(r"(.+?)\s+collate\s+`?([a-z0-9_.]{1,64}+)`?", re.IGNORECASE | re.DOTALL)
_INTERVAL = re.compile(
    r"interval(?:_day_time|_year_month| (?:year|month|day|hour|minute|second)"
    r"(?: to (?:month|hour|minute|second))?)?"
)
_WORDS = """
    bool boolean tinyint smallint int integer bigint byte short long int2 int4 int8 int96
    float real double float4 float8 decimal dec numeric number money
    string varchar char character nvarchar nchar text bpchar
    binary varbinary bytes blob clob fixed bit
    date time timetz datetime timestamp timestamp_ntz timestamp_ltz timestamptz
    timestamp_s timestamp_ms timestamp_us timestamp_ns timestamptz_ns
    timestamp_nano timestamptz_nano timestamp_nano_tz
    void null unknown json jsonb xml uuid object variant super geometry geography
    hllsketch hyperloglog
    ipaddress calendarinterval
"""
_TEXTS = frozenset({"string", "char", "varchar"})
"""The types that can have a collation."""
_NAMES = {
    *_WORDS.split(),
    "double precision",
    "character varying",
    "time with time zone",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
    "timestamp with local time zone",
}


def parse_type(text: str | None) -> DataType:
    """Parse ``text`` into a tree; an unknown type becomes an UnknownType. Never raises.

    Understands any case, spaces, quoted and escaped field names, comments in structs, Trino's
    ``row(a int)`` and ``array(int)``. Trees are shared: equal texts yield the same object.
    """
    if not text:
        return UnknownType(text="")
    return _parse_cached(text) if len(text) <= _CACHED_LENGTH else _parse(replace_surrogates(text))


@lru_cache(maxsize=8192)
def _parse_cached(text: str) -> DataType:
    return _parse(replace_surrogates(text))


def render_type(data_type: DataType) -> str:
    """Render a tree in Hive's spelling, which ``parse_type`` reads again."""
    match data_type:
        case PrimitiveType(name=name, parameters=parameters, collation=collation):
            word, zone, rest = name.partition(" with")
            text = word + _render_parameters(parameters) + zone + rest
            return f"{text} collate {collation}" if collation else text
        case ArrayType(element=element):
            return f"array<{render_type(element)}>"
        case MapType(key=key, value=value):
            return f"map<{render_type(key)},{render_type(value)}>"
        case StructType(fields=fields):
            return f"struct<{','.join(map(_render_field, fields))}>"
        case UnionType(members=members):
            return f"uniontype<{','.join(map(render_type, members))}>"
        case UnknownType(text=text):
            return text


def is_understood(data_type: DataType) -> bool:
    """Tell whether no part of the tree is an UnknownType."""
    match data_type:
        case ArrayType(element=element):
            return is_understood(element)
        case MapType(key=key, value=value):
            return is_understood(key) and is_understood(value)
        case StructType(fields=fields):
            return all(is_understood(each.type) for each in fields)
        case UnionType(members=members):
            return all(map(is_understood, members))
        case _:
            return not isinstance(data_type, UnknownType)


def _render_parameters(parameters: tuple[int, ...]) -> str:
    return f"({','.join(map(str, parameters))})" if parameters else ""


def _render_field(part: StructField) -> str:
    name = part.name
    if not _PLAIN_NAME.fullmatch(name):
        name = f"`{name.replace('`', '``')}`"
    text = f"{name}:{render_type(part.type)}"
    if part.comment is None:
        return text
    comment = part.comment.replace("\\", "\\\\").replace("'", "\\'")
    return f"{text} COMMENT '{comment}'"


def _parse(text: str) -> DataType:
    parts = find_brackets(text)
    return _parse_part(text, parts[0], 0) if len(parts) == 1 else UnknownType(text=text.strip())


def _parse_part(text: str, part: TypePart, depth: int) -> DataType:
    inner = text[part.start : part.end].strip()
    parsed = _parse_primitive(inner) or _parse_bracketed(text, part, depth)
    return parsed or UnknownType(text=inner)


def _parse_primitive(text: str) -> PrimitiveType | None:
    return _parse_short_primitive(text) if len(text) <= _PRIMITIVE_LENGTH else _parse_geo(text)


def _parse_geo(text: str) -> PrimitiveType | None:
    """Parse a geometric type with the number of its reference system, if that has one.

    Iceberg writes ``geometry(OGC:CRS84)`` and ``geography(OGC:CRS84, spherical)``, Spark's SQL
    ``geometry(4326)``. A system without a number stays in the text of the column only.
    """
    match = _GEO.fullmatch(text)
    if match is None:
        return None
    system = match[2].split(",")[0].strip(" \t\n'\"")
    if known := _LONGITUDE_FIRST.get(system.lower()):
        return PrimitiveType(name=match[1].lower(), parameters=(known,))
    number = _SRID.fullmatch(system)
    return PrimitiveType(name=match[1].lower(), parameters=(int(number[1]),) if number else ())


@lru_cache(maxsize=4096)
def _parse_short_primitive(text: str) -> PrimitiveType | None:
    if shape := _parse_geo(text):
        return shape
    if collated := _COLLATED.fullmatch(text):
        base = _parse_short_primitive(collated[1])
        is_text = base is not None and base.name in _TEXTS
        return replace(base, collation=collated[2]) if base and is_text else None
    text = _FIXED.sub(r"fixed(\1)", text)
    match = _PRIMITIVE.fullmatch(" ".join(text.lower().strip("`").split()))
    if match is None:
        return None
    word, *numbers, zone = match.groups()
    name = word + (zone or "")
    if name not in _NAMES and not _INTERVAL.fullmatch(name):
        return None
    return PrimitiveType(name=name, parameters=tuple(int(n) for n in numbers if n is not None))


def _parse_bracketed(text: str, part: TypePart, depth: int) -> DataType | None:  # noqa: PLR0911
    """Parse a type with brackets; None when ``part`` is not one or is too deep."""
    if depth >= TYPE_DEPTH_LIMIT or len(part.brackets) != 1:
        return None
    brackets = part.brackets[0]
    if text[brackets.end + 1 : part.end].strip():
        return None
    head = text[part.start : brackets.start].strip("` \t\n").lower()
    is_empty = not text[brackets.start + 1 : brackets.end].strip()
    if head in _STRUCTS:
        parts = [] if is_empty else brackets.parts
        return StructType(fields=tuple(_parse_field(text, each, depth + 1) for each in parts))
    count = len(brackets.parts)
    if is_empty or _ARITY.get(head, 0) not in (None, count):
        return None
    members = tuple(_parse_part(text, each, depth + 1) for each in brackets.parts)
    match _ARITY[head]:
        case 1:
            return ArrayType(element=members[0])
        case 2:
            return MapType(key=members[0], value=members[1])
        case _:
            return UnionType(members=members)


def _parse_field(text: str, part: TypePart, depth: int) -> StructField:
    end, comment = part.end, None
    if part.comment and not text[part.comment.end() : end].strip():
        end, comment = part.comment.start(), _unquote_comment(part.comment)
    field = text[part.start : end].rstrip()
    if field.endswith(("NOT NULL", "not null")):
        end = part.start + len(field) - len("not null")
    name_end, type_start = _find_name_end(text, part, end)
    brackets = [each for each in part.brackets if each.start >= type_start]
    return StructField(
        name=_unquote_name(text[part.start : name_end].strip()),
        type=_parse_part(text, TypePart(type_start, end, brackets=brackets), depth),
        comment=comment,
    )


def _find_name_end(text: str, part: TypePart, end: int) -> tuple[int, int]:
    """Return the end of a field's name and the start of its type: ``a:int``, ``a int``, ``int``."""
    if part.colon is not None:
        return part.colon, part.colon + 1
    field = text[part.start : end].strip()
    quoted = _QUOTED_NAME.match(field)
    name = quoted[0] if quoted else field.split(maxsplit=1)[0] if field else ""
    is_nameless = name == field or _parse_primitive(field) or _CONSTRUCTOR.match(field)
    name_end = part.start if is_nameless else text.index(name, part.start) + len(name)
    return name_end, name_end


def _unquote_name(name: str) -> str:
    if _QUOTED_NAME.fullmatch(name):
        quote = name[0]
        return name[1:-1].replace(quote * 2, quote)
    return _ESCAPE.sub(r"\1", name)


def _unquote_comment(mark: re.Match[str]) -> str:
    literal = mark[0][len("comment") :].strip()
    quote = literal[0]
    escape = rf"\\(.)|{quote}{quote}"
    return re.sub(escape, lambda match: match[1] or quote, literal[1:-1], flags=re.DOTALL)
