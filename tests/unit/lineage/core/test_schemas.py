"""Schemas for the readers: fields of structs by their path, and bounds."""

from glueline_worker.catalog.columns import make_column
from glueline_worker.lineage import schemas
from glueline_worker.lineage.model import is_map
from glueline_worker.lineage.schemas import (
    TableSchema,
    WatchedSchemas,
    add_default_database,
    count_names,
    join_schemas,
    make_table_schema,
)


def schema_of(**types: str) -> TableSchema:
    return make_table_schema(make_column(name, of_type) for name, of_type in types.items())


def test_columns_keep_their_order_and_their_spelling() -> None:
    assert schema_of(B="int", a="string") == {"": ("B", "a")}


def test_structs_within_structs_arrays_and_maps_have_their_fields() -> None:
    found = schema_of(
        Ship="struct<City:string,Geo:struct<Lat:double,lon:double>>",
        items="array<struct<sku:string,parts:array<struct<n:int>>>>",
        tags="map<string,struct<by:string>>",
        plain="array<map<string,int>>",
    )
    assert found == {
        "": ("Ship", "items", "tags", "plain"),
        "ship": ("City", "Geo"),
        "ship/geo": ("Lat", "lon"),
        "items": ("sku", "parts"),
        "items/[]": (),
        "items/parts": ("n",),
        "items/parts/[]": (),
        "tags": ("key", "value"),
        "tags/value": ("by",),
        "plain": ("key", "value"),
        "plain/[]": (),
    }


def test_a_map_is_told_from_structs_of_the_same_names() -> None:
    found = join_schemas(
        {
            "d/t": schema_of(
                of_texts="map<string,string>",
                of_maps="map<string,map<int,int>>",
                several="array<map<string,int>>",
                pair="struct<key:string,value:string>",
                pairs="array<struct<key:string,value:map<int,int>>>",
            )
        }
    )
    maps = {key for key in found if is_map(found, key)}
    assert maps == {"d/t/of_texts", "d/t/of_maps", "d/t/of_maps/value", "d/t/pairs/value"}
    assert not is_map({"d/t": ("key", "value", "x")}, "d/t")
    assert not is_map(found, None)


def test_a_type_that_is_not_understood_has_no_fields() -> None:
    assert schema_of(a="struct<", b="struct<int>", c="", d="uniontype<struct<x:int>,int>") == {
        "": ("a", "b", "c", "d")
    }


def test_a_name_that_would_read_as_a_path_has_no_fields() -> None:
    odd = make_table_schema(
        [
            make_column("a/b", "struct<c:int>"),
            make_column("x", "struct<`y/z`:struct<q:int>,w:int>"),
        ]
    )
    assert odd == {"": ("a/b", "x")}


def test_fields_beyond_the_bound_are_left_out_and_columns_stay(monkeypatch) -> None:
    monkeypatch.setattr(schemas, "MOST_NAMES", 10)
    wide = ",".join(f"f{number}:int" for number in range(20))
    assert schema_of(a=f"struct<{wide}>", b="struct<c:int>") == {"": ("a", "b"), "b": ("c",)}
    assert schema_of(**{f"c{number}": "int" for number in range(11)}) == {}


def test_thirty_thousand_columns_are_no_trouble() -> None:
    found = make_table_schema(make_column(f"c{n}", "struct<x:int>") for n in range(30_000))
    assert count_names(found) == 60_000


def test_schemas_are_keyed_by_table_and_path() -> None:
    joined = join_schemas({"shop/orders": schema_of(ship="struct<city:string>"), "shop/gone": {}})
    assert joined == {"shop/orders": ("ship",), "shop/orders/ship": ("city",)}


def test_tables_of_the_default_database_have_bare_names_too() -> None:
    both = {"shop/orders": ("ship",), "shop/orders/ship": ("city",), "raw/t": ("a",)}
    assert add_default_database(both, "Shop") == {
        **both,
        "orders": ("ship",),
        "orders/ship": ("city",),
    }


def test_a_bare_name_never_hides_a_table() -> None:
    both = {"shop/a": ("b",), "shop/a/b": ("field",), "a/b": ("column",)}
    assert add_default_database(both, "shop")["a/b"] == ("column",)


def test_what_a_reader_asks_for_tells_whether_other_schemas_change_it() -> None:
    both = {"shop/a": ("b",), "shop/a/b": ("field",), "shop/c": ("d",)}
    watched = WatchedSchemas({"shop/a": ("b",)}.get)
    assert watched.agree_with(both)
    assert watched.get("shop/a") == watched["shop/a"] == ("b",)
    assert watched.agree_with(both)
    assert watched.list_tables() == {"shop/a"}
    assert "shop/a/b" not in watched
    assert not watched.agree_with(both)
