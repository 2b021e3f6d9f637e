"""The SQL of views, whatever engine stored it."""

import pytest
from tests.unit.catalog.answers import ORIGIN, presto_view, table

from glueline.contract.records import ViewText
from glueline_worker.catalog.tables import make_table_record


def view_of(**changes):
    answer = table(TableType="VIRTUAL_VIEW", **changes)
    return make_table_record(answer, ORIGIN, database_name="sales")


@pytest.mark.parametrize("kind", ["View", "Materialized View"])
def test_a_view_of_trino_is_decoded(kind):
    text = presto_view(
        kind, originalSql="SELECT 'é'", catalog="awsdatacatalog", schema="sales", columns=[]
    )
    record = view_of(ViewOriginalText=text, ViewExpandedText=f"/* Presto {kind} */")
    expected = ViewText(
        dialect="trino",
        sql="SELECT 'é'",
        default_catalog="awsdatacatalog",
        default_database="sales",
    )
    assert record.views == (expected,)
    assert record.warnings == ()


def test_a_view_of_spark_is_its_text_with_the_database_it_was_made_in():
    record = view_of(
        ViewOriginalText="SELECT * FROM orders",
        ViewExpandedText="SELECT * FROM orders",
        Parameters={
            "view.catalogAndNamespace.numParts": "2",
            "view.catalogAndNamespace.part.0": "spark_catalog",
            "view.catalogAndNamespace.part.1": "sales",
        },
    )
    expected = ViewText(
        dialect="spark",
        sql="SELECT * FROM orders",
        default_catalog="spark_catalog",
        default_database="sales",
    )
    assert record.views == (expected,)


def test_a_view_of_hive_is_its_expanded_text():
    record = view_of(
        ViewOriginalText="SELECT * FROM t",
        ViewExpandedText="SELECT `t`.`a` FROM `d`.`t`",
        Parameters={},
    )
    assert record.views == (ViewText(dialect="hive", sql="SELECT `t`.`a` FROM `d`.`t`"),)


def test_a_view_with_several_dialects_has_a_text_for_each():
    representations = [
        {"Dialect": "ATHENA", "ViewOriginalText": "select 1", "ViewExpandedText": "SELECT 1"},
        {"Dialect": "REDSHIFT", "ViewOriginalText": "select 2"},
        {"Dialect": "SPARK", "ViewOriginalText": presto_view(originalSql="select 3")},
    ]
    record = view_of(ViewDefinition={"IsProtected": True, "Representations": representations})
    assert [(view.dialect, view.sql) for view in record.views] == [
        ("athena", "SELECT 1"),
        ("redshift", "select 2"),
        ("trino", "select 3"),
    ]
    assert record.warnings == ()


def test_a_view_text_counts_without_the_type_of_a_view():
    answer = table(TableType=None, ViewOriginalText="SELECT 1")
    assert len(make_table_record(answer, ORIGIN, database_name="sales").views) == 1


def test_a_table_is_no_view():
    answer = table(ViewOriginalText="", ViewExpandedText="")
    record = make_table_record(answer, ORIGIN, database_name="sales")
    assert (record.views, record.warnings) == ((), ())


def test_a_link_to_a_view_has_no_text_and_needs_none():
    record = view_of(TargetTable={"DatabaseName": "theirs", "Name": "v"})
    assert (record.views, record.warnings) == ((), ())


def test_the_plain_text_serves_where_no_dialect_has_one():
    record = view_of(
        ViewDefinition={"Representations": [{"Dialect": "SPARK"}]}, ViewOriginalText="SELECT 1"
    )
    assert [view.sql for view in record.views] == ["SELECT 1"]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            "/* Presto View: eyJ */",
            "The view's text has the form of Trino's and cannot be decoded.",
        ),
        (
            "/* Presto View: bm8ganNvbg== */",
            "The view's text has the form of Trino's and cannot be decoded.",
        ),
        (
            "/* Presto View: WzFd */",
            "The view's text has the form of Trino's and cannot be decoded.",
        ),
        (presto_view(catalog="c"), "The view's text has the form of Trino's and holds no SQL."),
        ("  ", "The view has no text."),
        (None, "The view has no text."),
    ],
)
def test_a_view_that_cannot_be_read_says_so(text, warning):
    record = view_of(ViewOriginalText=text)
    assert (record.views, record.warnings) == ((), (warning,))
    assert [each.name for each in record.columns] == ["id", "lines"]


@pytest.mark.parametrize(
    "text",
    [
        "/* Presto View: abc$%== */",
        "/* presto view: abc */",
        "/* Presto View: abc",
    ],
)
def test_a_text_of_trinos_form_that_cannot_be_decoded_is_said_and_is_no_sql(text):
    record = view_of(ViewOriginalText=text, ViewExpandedText="/* Presto View */")
    assert record.views == ()
    assert record.warnings == ("The view's text has the form of Trino's and cannot be decoded.",)


@pytest.mark.parametrize("behind", ["\n-- generated", " /* by a tool */ ;", "\n\n"])
def test_comments_behind_trinos_text_change_nothing(behind):
    text = presto_view(originalSql="SELECT 1") + behind
    (view,) = view_of(ViewOriginalText=text).views
    assert (view.dialect, view.sql) == ("trino", "SELECT 1")


def test_sql_behind_a_comment_like_trinos_is_sql():
    (view,) = view_of(ViewOriginalText="/* Presto view: of orders */ SELECT 1", Parameters={}).views
    assert (view.dialect, view.sql) == ("hive", "/* Presto view: of orders */ SELECT 1")


@pytest.mark.parametrize("text", ["-- nothing\n", "/* Presto View */", "/* a *//* b", ";;"])
def test_comments_alone_are_no_text(text):
    record = view_of(ViewOriginalText=text, Parameters={})
    assert record.views == ()
    assert record.warnings == ("The view has no text.",)


def test_a_protected_view_names_its_tables_and_says_once_that_its_text_is_not_visible():
    arn = "arn:aws:glue:eu-west-1:210987654321:table/sales/orders"
    representations = [{"Dialect": "ATHENA"}, {"Dialect": "REDSHIFT"}]
    record = view_of(
        ViewDefinition={
            "IsProtected": True,
            "SubObjects": [arn, None],
            "Representations": representations,
        }
    )
    assert record.sub_objects == (arn,)
    assert record.warnings == ("The view is protected: its text is not visible to this caller.",)


@pytest.mark.parametrize(
    ("decoded", "description", "expected"),
    [
        ({"comment": "Orders by day"}, None, "Orders by day"),
        ({}, None, None),
        ({"comment": "Orders by day"}, "Said in Glue", "Said in Glue"),
        ({"comment": "Orders by day"}, "Presto View", "Orders by day"),
    ],
)
def test_the_comment_of_a_view_of_trino_is_its_own(decoded, description, expected):
    record = view_of(
        ViewOriginalText=presto_view(originalSql="SELECT 1", **decoded),
        Parameters={"presto_view": "true", "comment": "Presto View"},
        Description=description,
    )
    assert record.description == expected
