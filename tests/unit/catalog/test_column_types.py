"""Texts of types become trees, and trees texts."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from glueline.contract.datatypes import (
    ArrayType,
    MapType,
    PrimitiveType,
    StructField,
    StructType,
    UnionType,
    UnknownType,
)
from glueline.contract.records import Column
from glueline.contract.structs import encode_json
from glueline_worker.catalog.types.column_types import (
    TYPE_DEPTH_LIMIT,
    is_understood,
    parse_type,
    render_type,
)

REAL_TYPES = [
    line
    for line in Path(__file__).with_name("data").joinpath("hive_types.txt").read_text().splitlines()
    if line.strip()
]
INT, STRING = PrimitiveType(name="int"), PrimitiveType(name="string")


def primitive(name, *parameters):
    return PrimitiveType(name=name, parameters=parameters)


def struct(**fields):
    return StructType(fields=tuple(StructField(name=name, type=t) for name, t in fields.items()))


def field_of(text):
    (field,) = parse_type(text).fields
    return field


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("BIGINT", primitive("bigint")),
        (" decimal ( 10 , 2 ) ", primitive("decimal", 10, 2)),
        ("VarChar(50)", primitive("varchar", 50)),
        ("DOUBLE  PRECISION", primitive("double precision")),
        ("timestamp with time zone", primitive("timestamp with time zone")),
        ("timestamp(3) with time zone", primitive("timestamp with time zone", 3)),
        ("interval day to second", primitive("interval day to second")),
        ("interval_day_time", primitive("interval_day_time")),
        ("`int`", INT),
        ("array <string>", ArrayType(element=STRING)),
        ("list<int>", ArrayType(element=INT)),
        ("map< string , array<int> >", MapType(key=STRING, value=ArrayType(element=INT))),
        ("uniontype<int,string>", UnionType(members=(INT, STRING))),
        ("STRUCT< a: INT ,b: STRING >", struct(a=INT, b=STRING)),
        ("struct<>", struct()),
        ("struct<a int, b array<string>>", struct(a=INT, b=ArrayType(element=STRING))),
        ('row(a int, "b c" varchar)', struct(a=INT, **{"b c": primitive("varchar")})),
        ("array(row(x map(int, string)))", ArrayType(element=struct(x=MapType(key=INT, value=STRING)))),
        ("struct<price (usd):int,b:string>", struct(**{"price (usd)": INT, "b": STRING})),
        ("struct<`a:b,<c`:int,`d``e`:string>", struct(**{"a:b,<c": INT, "d`e": STRING})),
        (r"struct<xsi\:type:string>", struct(**{"xsi:type": STRING})),
        ("struct<comment:string,type:int>", struct(comment=STRING, type=INT)),
        ("struct<日付:int,user's:string>", struct(**{"日付": INT, "user's": STRING})),
    ],
)  # fmt: skip
def test_a_spelling_of_hive_spark_or_trino_is_understood(text, tree):
    assert parse_type(text) == tree


def test_fields_without_a_name_keep_their_place():
    assert [field.name for field in parse_type("row(int, double precision)").fields] == ["", ""]
    assert [field.type.name for field in parse_type("struct<int, string>").fields] == [
        "int",
        "string",
    ]


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        (r"struct<a:int COMMENT 'it\'s, a: <b>'>", "it's, a: <b>"),
        ("struct<a:int comment 'it''s'>", "it's"),
        ('struct<a:int NOT NULL COMMENT "say ""so"" \'now\'">', "say \"so\" 'now'"),
        ("row(a int comment '')", ""),
    ],
)
def test_a_comment_in_a_struct_belongs_to_its_field(text, comment):
    assert field_of(text) == StructField(name="a", type=INT, comment=comment)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "unheard", "int*", "array", "array<>", "array<int,int>", "map<int>", "struct<a:int", "int>", "a,b",
     "array<int>x", "decimal(x)", "varchar(99999999999)", "uniontype<>"],
)  # fmt: skip
def test_what_is_no_type_stays_as_its_text(text):
    assert parse_type(text) == UnknownType(text=text.strip())


def test_no_text_is_an_unknown_type():
    assert parse_type(None) == UnknownType(text="")


def test_only_the_smallest_part_that_is_not_understood_stays_text():
    tree = parse_type("struct<a:array<int*>,b:<derived from deserializer>,c:int>")
    assert tree == struct(
        a=ArrayType(element=UnknownType(text="int*")),
        b=UnknownType(text="<derived from deserializer>"),
        c=INT,
    )
    assert not is_understood(tree)


def test_a_bracket_without_its_partner_spoils_only_its_own_struct():
    tree = parse_type("struct<a:struct<b:foo(>,c:int>")
    assert tree == struct(a=struct(b=UnknownType(text="foo(")), c=INT)


def test_every_real_type_is_understood_but_the_two_that_are_none():
    odd = [text for text in REAL_TYPES if not is_understood(parse_type(text))]
    assert odd == [
        "array<array<int*>>",
        "struct<nest1:varchar(256)å,nest2:<derived from deserializer>>",
    ]


@pytest.mark.parametrize("text", REAL_TYPES)
def test_a_real_type_comes_back_from_its_canonical_text(text):
    tree = parse_type(text)
    assert parse_type(render_type(tree)) == tree


def test_equal_texts_share_one_tree():
    assert parse_type("array<struct<a:int>>") is parse_type("array<struct<a:int>>")


def nested(depth):
    return "array<" * depth + "int" + ">" * depth


def test_a_type_as_deep_as_the_limit_survives_json():
    column = Column(
        name="c",
        type="…",
        data_type=parse_type("struct<a:" * TYPE_DEPTH_LIMIT + "int" + ">" * TYPE_DEPTH_LIMIT),
    )
    assert is_understood(column.data_type)
    assert msgspec.json.decode(encode_json(column), type=Column) == column


def test_deeper_parts_stay_text():
    tree = parse_type(nested(TYPE_DEPTH_LIMIT + 2))
    for _ in range(TYPE_DEPTH_LIMIT):
        tree = tree.element
    assert tree == UnknownType(text="array<array<int>>")


@pytest.mark.parametrize(
    "text",
    [nested(10_000), "array<" * 20_000, "row(" * 20_000 + ")" * 20_000, "row(a " * 20_000, "`" * 99_999, "\\" * 99_999,
     '"' * 99_999, "struct<a:int comment '" * 5_000, "comment " * 20_000, "decimal(" + " " * 99_999, "a" * 1_000_000],
)  # fmt: skip
def test_hostile_texts_end_soon_and_without_an_exception(text):
    tree = parse_type(text)
    assert parse_type(render_type(tree)) == tree


def test_a_wide_struct_of_a_megabyte_is_parsed():
    tree = parse_type("struct<" + ",".join(f"f{i}:int" for i in range(100_000)) + ">")
    assert len(tree.fields) == 100_000


primitives = st.sampled_from(
    [INT, STRING, primitive("decimal", 38, 10), primitive("timestamp with time zone", 6), primitive("interval year to month")]
)  # fmt: skip
names = st.text(max_size=8) | st.text("ab`\"':,<>() \\", max_size=6)
comments = st.none() | st.text(max_size=8) | st.text("a'\"\\,:<>", max_size=6)
printable_names = names.map(str.strip).filter(
    lambda name: name.encode("utf-8", "replace").decode() == name
)
trees = st.recursive(
    primitives | st.just(UnknownType(text="no_type")),
    lambda inner: st.one_of(
        st.builds(ArrayType, element=inner),
        st.builds(MapType, key=inner, value=inner),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda members: UnionType(members=tuple(members))
        ),
        st.lists(
            st.builds(StructField, name=printable_names, type=inner, comment=comments), max_size=3
        ).map(lambda fields: StructType(fields=tuple(fields))),
    ),
    max_leaves=12,
)


@settings(max_examples=examples(600), deadline=None)
@given(trees)
def test_every_tree_comes_back_from_its_text(tree):
    assert parse_type(render_type(tree)) == tree


type_like = st.lists(
    st.sampled_from(
        ["array", "map", "struct", "row", "int", "a", "decimal(1,2)", "comment 'x'", "not null", "<", ">", "(", ")", ",", ":",
         "`", '"', "'", "\\", " ", "\n", "é", "\ud800"]
    )
).map("".join)  # fmt: skip


@settings(max_examples=examples(1500), deadline=None)
@given(st.text() | type_like)
@example("row(\ud800 int)")
def test_any_text_becomes_a_tree_that_is_json(text):
    column = Column(name="c", type="t", data_type=parse_type(text))
    assert msgspec.json.decode(encode_json(column), type=Column) == column


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("timestamp_ns", "timestamp_ns"),
        ("TIMESTAMPTZ_NS", "timestamptz_ns"),
        ("timestamp_nano", "timestamp_nano"),
        ("unknown", "unknown"),
        ("variant", "variant"),
        ("fixed[16]", "fixed(16)"),
        ("map<string,fixed[ 4 ]>", "map<string,fixed(4)>"),
        ("geometry(OGC:CRS84)", "geometry(4326)"),
        ("geography(OGC:CRS84, spherical)", "geography(4326)"),
        ("geometry('EPSG:3857')", "geometry(3857)"),
        ("geometry(ANY)", "geometry"),
        ("geometry(projjson:a_name_that_is_far_longer_than_any_other_type_is_ever_written)", "geometry"),
        ("struct<a:timestamp_nano,g:geometry(srid:4326),u:unknown>",
         "struct<a:timestamp_nano,g:geometry(4326),u:unknown>"),
    ],
)  # fmt: skip
def test_types_of_iceberg_v3_and_spark_4(text, canonical):
    tree = parse_type(text)
    assert is_understood(tree)
    assert render_type(tree) == canonical
    assert parse_type(canonical) == tree
