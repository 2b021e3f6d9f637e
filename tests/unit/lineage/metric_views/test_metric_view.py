"""The lineage of a metric view is that of the SQL that its definition stands for."""

import pytest

from glueline.contract.records import TableRecord, ViewText
from glueline_worker.catalog.columns import make_column
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.views import read_view

SCHEMAS = {
    "sales/orders": ("order_id", "customer_id", "amount", "region"),
    "sales/customers": ("customer_id", "name"),
}
CONTEXT = LineageContext(region="eu-west-1", account="123456789012", schemas=SCHEMAS)


def graph_of(definition, dialect="yaml", columns=()):
    view = TableRecord(
        source="lake",
        region="eu-west-1",
        database_name="sales",
        name="m",
        columns=columns,
        views=(ViewText(dialect=dialect, sql=definition),),
    )
    return read_view(view, CONTEXT)


def columns_of(graph):
    names = {node.id: node.datasets[0].name for node in graph.nodes}
    flow = graph.nodes[-1].flow
    return {
        column: {f"{names[ref.node]}.{ref.column}" for ref in refs}
        for column, refs in flow.columns.items()
    }


def test_dimensions_and_measures_have_the_columns_of_their_expressions():
    graph = graph_of(
        "version: 0.1\n"
        "source: orders\n"
        "filter: amount > 0  # no refunds\n"
        "dimensions:\n"
        "  - name: Sales Region\n"
        "    expr: upper(region)\n"
        "measures:\n"
        "  - name: mean\n"
        "    expr: |\n"
        "      sum(amount) -- all\n"
        "      / count(DISTINCT order_id)\n"
    )
    assert columns_of(graph) == {
        "Sales Region": {"table/sales/orders.region"},
        "mean": {"table/sales/orders.amount", "table/sales/orders.order_id"},
    }
    assert (graph.warnings, graph.gaps) == ((), ())


def test_a_source_may_be_a_query_and_have_joins():
    graph = graph_of(
        "version: 1.1\n"
        "source: SELECT customer_id AS c, amount FROM sales.orders\n"
        "joins:\n"
        "  - name: customer\n"
        "    source: sales.customers\n"
        "    on: source.c = customer.customer_id\n"
        "dimensions:\n"
        "  - name: who\n"
        "    expr: customer.name\n"
        "measures:\n"
        "  - name: total\n"
        "    expr: sum(source.amount)\n"
    )
    assert columns_of(graph) == {
        "who": {"table/sales/customers.name"},
        "total": {"table/sales/orders.amount"},
    }


@pytest.mark.parametrize("dialect", ["yaml", "spark"])
def test_columns_that_glue_lists_in_another_order_are_found_by_name(dialect):
    graph = graph_of(
        "version: 0.1\n"
        "source: orders\n"
        "dimensions:\n"
        "  - name: place\n"
        "    expr: region\n"
        "measures:\n"
        "  - name: total\n"
        "    expr: sum(amount)\n",
        dialect,
        columns=(make_column("total", "double"), make_column("place", "string")),
    )
    assert columns_of(graph) == {
        "place": {"table/sales/orders.region"},
        "total": {"table/sales/orders.amount"},
    }


@pytest.mark.parametrize(
    "definition",
    ["", "version: 0.1", "source: orders", "source: orders\nmeasures: {a: b}", "source: orders\nmeasures:\n  - name: n\n", "- a", "source: [a]\nmeasures:\n- {}", "SELECT 1"],
)  # fmt: skip
def test_a_definition_that_is_not_understood_is_a_gap(definition):
    graph = graph_of(definition)
    assert graph.nodes == ()
    assert graph.gaps


def test_the_text_of_any_other_view_is_read_as_it_is():
    graph = graph_of("SELECT region FROM orders", dialect="spark")
    assert columns_of(graph) == columns_of(
        graph_of("source: orders\ndimensions:\n  - name: region\n    expr: region\n")
    )
