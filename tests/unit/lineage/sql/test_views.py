"""Catalogue views: from their SQL to edges with columns."""

import pytest
from msgspec.structs import replace

from glueline.contract.datatypes import PrimitiveType
from glueline.contract.lineage import Origin
from glueline.contract.records import Column, TableRecord, ViewText
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.views import find_tables_to_look_up, read_view

HOME = "arn:aws:glue:eu-west-1:123456789012"
CONTEXT = LineageContext(
    region="eu-west-1",
    account="123456789012",
    schemas={"shop/orders": ("id", "customer_id"), "shop/customers": ("id", "name")},
)


def _view(sql, columns=(), dialect="spark", **text):
    return TableRecord(
        source="s",
        region="eu-west-1",
        database_name="shop",
        name="v",
        columns=tuple(
            Column(name=name, type="string", data_type=PrimitiveType(name="string"))
            for name in columns
        ),
        views=(ViewText(dialect=dialect, sql=sql, **text),),
    )


def _edges(view, context=CONTEXT):
    lineage = collapse(read_view(view, context), context)
    assert all(edge.downstream.name == "table/shop/v" for edge in lineage.edges)
    return {
        f"{edge.upstream.namespace}/{edge.upstream.name}": [
            f"{column.upstream}>{column.downstream}" for column in edge.columns
        ]
        for edge in lineage.edges
    }


def test_tables_without_a_database_are_those_of_the_view():
    assert _edges(_view("SELECT id FROM orders")) == {f"{HOME}/table/shop/orders": ["id>id"]}


def test_the_default_database_of_the_view_wins():
    view = _view("SELECT id FROM orders", default_database="raw")
    assert list(_edges(view)) == [f"{HOME}/table/raw/orders"]


def test_schemas_tell_which_table_a_column_is_of():
    sql = "SELECT name, customer_id FROM orders JOIN customers c ON c.id = customer_id"
    assert _edges(_view(sql)) == {
        f"{HOME}/table/shop/orders": ["customer_id>customer_id"],
        f"{HOME}/table/shop/customers": ["name>name"],
    }


def test_columns_are_named_as_the_catalogue_names_them():
    view = _view("SELECT id, upper(name) FROM customers", columns=["key", "label"])
    assert _edges(view) == {f"{HOME}/table/shop/customers": ["id>key", "name>label"]}


def test_a_star_passes_all_columns():
    view = _view("SELECT * FROM orders", columns=["id", "customer_id"])
    columns = ["customer_id>customer_id", "id>id"]
    assert _edges(view) == {f"{HOME}/table/shop/orders": columns}


def test_a_star_over_a_table_of_unknown_schema_still_makes_an_edge():
    view = _view("SELECT * FROM elsewhere", columns=["id"])
    assert list(_edges(view)) == [f"{HOME}/table/shop/elsewhere"]


def test_names_of_athena_may_have_a_catalogue():
    sql = (
        'SELECT o.id FROM "awsdatacatalog"."shop"."orders" o, lambda_db.crm.people p, '
        '"s3tablescatalog/b1".ns.t'
    )
    found = _edges(_view(sql, dialect="trino", default_catalog="awsdatacatalog"))
    athena = HOME.replace("glue", "athena")
    assert list(found) == [
        f"{athena}:datacatalog/lambda_db/crm.people",
        f"{HOME}/table/s3tablescatalog/b1/ns/t",
        f"{HOME}/table/shop/orders",
    ]


@pytest.mark.parametrize("dialect", ["trino", "spark"])
def test_an_engines_own_catalogue_is_glues_where_glue_has_the_table(dialect):
    sql = "SELECT o.id FROM delta.shop.orders o JOIN pg.public.orders p ON p.id = o.id"
    view = _view(sql, dialect=dialect, default_catalog="iceberg")
    assert find_tables_to_look_up(view) == ("shop/orders", "public/orders")
    assert list(_edges(view)) == [
        f"{HOME}/table/shop/orders",
        f"{dialect}-catalog://pg/public.orders",
    ]
    warnings = read_view(view, CONTEXT).warnings
    assert [w for w in warnings if "pg.public.orders" in w]
    assert not [w for w in warnings if "delta" in w]


def test_tables_of_the_views_own_catalogue_are_looked_up_for_their_columns():
    for sql, catalog, names in (
        ("SELECT id FROM orders JOIN raw.T ON true", "iceberg", ("shop/orders", "raw/t")),
        ("SELECT id FROM iceberg.shop.orders", "iceberg", ("shop/orders",)),
        ("SELECT id FROM awsdatacatalog.shop.orders", "iceberg", ("shop/orders",)),
        ("SELECT id FROM other.shop.orders", "awsdatacatalog", ()),
        ("WITH x AS (SELECT 1 AS a) SELECT a FROM x", "iceberg", ()),
        ("not SQL", "iceberg", ()),
    ):
        view = _view(sql, dialect="trino", default_catalog=catalog)
        assert find_tables_to_look_up(view) == names


def test_only_the_text_that_is_read_names_tables():
    view = _view("not SQL", dialect="redshift")
    texts = (
        *view.views,
        ViewText(dialect="spark", sql="SELECT a FROM x"),
        ViewText(dialect="athena", sql="SELECT a FROM y"),
    )
    assert find_tables_to_look_up(replace(view, views=texts)) == ("shop/x",)


SWAPPED = "SELECT id, customer_id FROM orders"


@pytest.mark.parametrize("dialect", ["trino", "athena", "hive", "spark"])
def test_a_view_that_swaps_two_names_is_read_by_position(dialect):
    view = _view(SWAPPED, columns=["customer_id", "id"], dialect=dialect)
    assert _edges(view) == {f"{HOME}/table/shop/orders": ["id>customer_id", "customer_id>id"]}


def _spark_view(sql, outputs, columns):
    view = _view(sql, columns)
    parameters = {f"view.query.out.col.{number}": name for number, name in enumerate(outputs)}
    return replace(view, parameters=parameters)


def test_a_view_of_spark_knows_the_names_of_its_query():
    outputs = ["Id", "Customer_Id"]
    assert _edges(_spark_view(SWAPPED, outputs, ["customer_id", "id"])) == {
        f"{HOME}/table/shop/orders": ["id>customer_id", "customer_id>id"]
    }
    assert _edges(_spark_view(SWAPPED, outputs, ["id", "customer_id"])) == {
        f"{HOME}/table/shop/orders": ["customer_id>customer_id", "id>id"]
    }


@pytest.mark.parametrize("dialect", ["trino", "spark"])
def test_columns_that_a_table_has_got_since_are_none_of_the_views(dialect):
    view = _view("SELECT * FROM orders", columns=["id"], dialect=dialect)
    assert _edges(view) == {f"{HOME}/table/shop/orders": ["id>id"]}


def test_a_column_that_came_between_the_others_moves_none_of_sparks():
    grown = LineageContext(
        region="eu-west-1",
        account="123456789012",
        schemas={"shop/orders": ("id", "new", "customer_id")},
    )
    view = _spark_view("SELECT * FROM orders", ["id", "customer_id"], ["id", "customer_id"])
    assert _edges(view, grown) == {
        f"{HOME}/table/shop/orders": ["customer_id>customer_id", "id>id"]
    }


@pytest.mark.parametrize("dialect", ["trino", "hive", "spark"])
def test_with_more_columns_than_the_view_names_lead_and_not_positions(dialect):
    view = _view("SELECT * FROM orders", columns=["customer_id"], dialect=dialect)
    assert _edges(view) == {f"{HOME}/table/shop/orders": ["customer_id>customer_id"]}


def test_names_with_quotes_and_dots_are_columns_all_the_same():
    for dialect in ("spark", "trino"):
        view = _view("SELECT id, customer_id FROM orders", ['a"`b', "c.d"], dialect)
        assert len(_edges(view)[f"{HOME}/table/shop/orders"]) == 2


@pytest.mark.parametrize(
    "schema", [tuple(f"c{number}" for number in range(30_000)), ("other",), ("id", "id")]
)
def test_a_schema_that_is_huge_or_contradicts_the_view_invents_nothing(schema):
    context = LineageContext(
        region="eu-west-1", account="123456789012", schemas={"shop/orders": schema}
    )
    for sql in ("SELECT id FROM orders", "SELECT * FROM orders", "SELECT o.* FROM orders o"):
        for found in _edges(_view(sql, ["id"]), context).values():
            assert {pair.partition(">")[2] for pair in found} <= {"id"}


@pytest.mark.parametrize(
    "suffix", ["partitions", "files", "history", "snapshots", "manifests", "refs", "properties"]
)
def test_a_metadata_table_is_its_table(suffix):
    view = _view(f'SELECT * FROM "shop"."orders${suffix}"', dialect="trino")
    assert list(_edges(view)) == [f"{HOME}/table/shop/orders"]


def test_a_name_with_any_other_suffix_is_a_table_of_its_own():
    view = _view('SELECT id FROM "shop"."orders$new"', dialect="trino")
    assert list(_edges(view)) == [f"{HOME}/table/shop/orders$new"]


def test_without_a_readable_text_the_tables_count_that_glue_names():
    arns = (
        "arn:aws:glue:eu-west-1:210987654321:table/sales/Orders",
        "arn:aws:glue:eu-west-1:123456789012:database/sales",
    )
    for text in ((), (ViewText(dialect="redshift", sql="not SQL"),)):
        view = replace(_view(""), views=text, sub_objects=arns)
        graph = read_view(view, CONTEXT)
        assert graph.origin is Origin.CATALOG
        assert _edges(view) == {"arn:aws:glue:eu-west-1:210987654321/table/sales/orders": []}


def test_a_readable_text_goes_before_the_tables_that_glue_names():
    arns = ("arn:aws:glue:eu-west-1:123456789012:table/shop/other",)
    view = replace(_view("SELECT id FROM orders"), sub_objects=arns)
    assert _edges(view) == {f"{HOME}/table/shop/orders": ["id>id"]}


def test_the_catalogue_that_the_view_was_made_in_is_its_own():
    view = _view("SELECT id FROM hive.shop.orders", dialect="trino", default_catalog="hive")
    assert list(_edges(view)) == [f"{HOME}/table/shop/orders"]


def test_a_view_of_another_account_reads_tables_of_that_account():
    view = replace(_view("SELECT id FROM orders"), catalog_id="210987654321")
    assert list(_edges(view)) == ["arn:aws:glue:eu-west-1:210987654321/table/shop/orders"]


def test_a_whole_create_view_statement_is_understood():
    view = _view("CREATE VIEW v AS SELECT id FROM orders", columns=["id"])
    assert _edges(view) == {f"{HOME}/table/shop/orders": ["id>id"]}


def test_a_view_on_files_reads_their_path():
    assert list(_edges(_view("SELECT id FROM parquet.`s3://lake/raw`"))) == ["s3://lake/raw"]


def test_the_first_dialect_that_can_be_read_is_taken():
    view = _view("not SQL at all")
    more = ViewText(dialect="trino", sql="SELECT id FROM orders")
    view = replace(view, views=(*view.views, more))
    assert list(_edges(view)) == [f"{HOME}/table/shop/orders"]


@pytest.mark.parametrize("sql", ["", "not SQL", "SELECT 1 AS one"])
def test_a_view_without_tables_has_an_empty_graph(sql):
    graph = read_view(_view(sql), CONTEXT)
    assert graph.nodes == ()
    assert graph.origin is Origin.SQL


@pytest.mark.parametrize(
    ("sql", "called"),
    [
        ("SELECT shop.label(id) AS a FROM orders", "shop.label"),
        ("SELECT a FROM orders WHERE `x`.y.f (id) = 1", "x.y.f"),
        ("SELECT a.f(1), a.f(2), b.g(), c.h(), d.i() FROM orders", "a.f, b.g, c.h and 1 more"),
        ("SELECT label(id), o.id FROM shop.orders o WHERE o.id IN (1, 2)", ""),
        ("SELECT id FROM orders o JOIN customers c USING (id)", ""),
        ("SELECT 'a.f(1)' AS x, 1.5 * (2) AS y FROM orders -- a.f(1)", ""),
    ],
)
def test_a_function_of_a_database_is_a_warning(sql, called):
    found = [w for w in read_view(_view(sql), CONTEXT).warnings if "which may read tables" in w]
    assert found == [
        f"The view calls {called}, which may read tables that its text does not show."
    ] * bool(called)


def test_a_view_that_renames_says_nothing_of_an_unknown_table_by_name():
    view = _view("SELECT * FROM orders JOIN gone USING (id)", ("id", "b", "c"))
    graph = read_view(view, CONTEXT)
    assert graph.warnings == ("The view renames columns, and those of gone are not known.",)
    assert _edges(view) == {
        f"{HOME}/table/shop/gone": [],
        f"{HOME}/table/shop/orders": ["id>id"],
    }
    named = _view("SELECT * FROM orders JOIN gone USING (id)", ("id", "customer_id", "c"))
    assert _edges(named)[f"{HOME}/table/shop/orders"] == ["customer_id>customer_id", "id>id"]
    assert not read_view(named, CONTEXT).warnings
