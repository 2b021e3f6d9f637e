"""Glue Studio's nodes say whether values change, and which columns decide about others."""

import pytest

from glueline.contract.lineage import Origin
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import ColumnRef, Flow, Graph, IndirectRef, Node
from glueline_worker.lineage.naming import name_s3_path
from glueline_worker.lineage.visual import read_visual

ORDERS = {"CatalogSource": {"Name": "orders", "Database": "sales", "Table": "orders"}}
CUSTOMERS = {"CatalogSource": {"Name": "customers", "Database": "sales", "Table": "customers"}}


def target(source):
    return {"S3DirectTarget": {"Name": "out", "Inputs": [source], "Path": "s3://lake/out/"}}


def condition(*path, negated=False):
    return {
        "Operation": "EQ",
        "Negated": negated,
        "Values": [
            {"Type": "CONSTANT", "Value": ["id"]},
            {"Type": "COLUMNEXTRACTED", "Value": list(path)},
        ],
    }


@pytest.fixture
def read(context, name):
    """The edges of nodes: each dataset with its column edges and with what decides."""

    def read(nodes):
        lineage = collapse(read_visual(nodes, context), context)
        return {
            name(edge.upstream): (
                [(each.upstream, each.downstream, each.transformation) for each in edge.columns],
                [(each.upstream, each.downstream, each.effect) for each in edge.indirect],
            )
            for edge in lineage.edges
        }

    return read


def one(kind, **fields):
    return {"a": ORDERS, "s": {kind: {"Name": "s", "Inputs": ["a"], **fields}}, "z": target("s")}


def test_a_mapping_that_changes_a_type_is_a_transformation(read):
    entries = [
        ("id", "bigint", "key", "BigInt"),
        ("amount", "double", "total", "decimal(10,2)"),
        ("address", "", "address", "string"),
    ]
    mapping = [
        {"FromPath": [old], "FromType": before, "ToKey": new, "ToType": after}
        for old, before, new, after in entries
    ]
    columns, _ = read(one("ApplyMapping", Mapping=mapping))["glue:sales/orders"]
    assert columns == [
        ("address", "address", "identity"),
        ("id", "key", "identity"),
        ("amount", "total", "transformation"),
    ]


def test_an_aggregate_names_its_figures_and_its_groups(read):
    node = one(
        "Aggregate",
        Groups=[["customer_id"]],
        Aggs=[{"Column": ["amount"], "AggFunc": "sum"}],
    )
    assert read(node)["glue:sales/orders"] == (
        [("customer_id", "customer_id", "identity"), ("amount", "sum(amount)", "aggregation")],
        [("customer_id", None, "group_by")],
    )


def test_filled_values_are_a_transformation(read):
    node = one("FillMissingValues", ImputedPath="amount", FilledPath="filled")
    columns, _ = read(node)["glue:sales/orders"]
    assert ("amount", "amount", "identity") in columns
    assert ("amount", "filled", "transformation") in columns


def test_the_columns_of_a_filter_decide_and_its_constants_do_not(read):
    node = one(
        "Filter",
        LogicalOperator="AND",
        Filters=[condition("amount"), condition("address", "city", negated=True)],
    )
    columns, indirect = read(node)["glue:sales/orders"]
    assert len(columns) == 4
    assert indirect == [("address.city", None, "filter"), ("amount", None, "filter")]


@pytest.mark.parametrize(("kind", "effect"), [("equijoin", "join"), ("leftanti", "filter")])
def test_the_keys_of_a_join_decide_each_on_its_side(read, kind, effect):
    join = {
        "Join": {
            "Name": "join",
            "Inputs": ["a", "b"],
            "JoinType": kind,
            "Columns": [
                {"From": "a", "Keys": [["customer_id"]]},
                {"From": "b", "Keys": [["customer_id"], ["name"]]},
                {"From": "gone", "Keys": [["id"]]},
            ],
        }
    }
    found = read({"a": ORDERS, "b": CUSTOMERS, "j": join, "z": target("j")})
    assert found["glue:sales/orders"][1] == [("customer_id", None, effect)]
    columns, indirect = found["glue:sales/customers"]
    assert indirect == [("customer_id", None, effect), ("name", None, effect)]
    assert bool(columns) == (effect == "join")


@pytest.mark.parametrize(
    ("index", "decides"), [("0", ["amount"]), ("1", ["id"]), ("2", ["amount", "id"])]
)
def test_a_frame_of_a_router_is_decided_by_its_own_group(read, index, decides):
    route = {
        "Route": {
            "Name": "route",
            "Inputs": ["a"],
            "GroupFiltersList": [
                {"GroupName": "one", "Filters": [condition("amount")]},
                {"GroupName": "two", "Filters": [condition("id")]},
            ],
        }
    }
    select = {"SelectFromCollection": {"Name": "pick", "Inputs": ["r"], "Index": index}}
    _, indirect = read({"a": ORDERS, "r": route, "p": select, "z": target("p")})[
        "glue:sales/orders"
    ]
    assert [each[0] for each in indirect] == decides


def test_the_keys_of_duplicates_and_of_a_merge_decide(read):
    duplicates = one("DropDuplicates", Columns=[["id"]])
    assert read(duplicates)["glue:sales/orders"][1] == [("id", None, "group_by")]
    merge = {
        "Merge": {
            "Name": "m",
            "Inputs": ["a", "b"],
            "Source": "b",
            "PrimaryKeys": [["customer_id"]],
        }
    }
    found = read({"a": ORDERS, "b": CUSTOMERS, "m": merge, "z": target("m")})
    assert [each[1] for each in found.values()] == [[("customer_id", None, "join")]] * 2


def test_a_custom_transform_keeps_what_its_own_code_decides(context):
    flow = Flow(
        {"y": (ColumnRef("in", "x", "masking"),)},
        indirect=(IndirectRef(ColumnRef("in", "k"), "filter"),),
    )
    inner = Graph(
        Origin.SCRIPT,
        (
            Node("in", "read", datasets=(name_s3_path("s3://b/in"),)),
            Node("out", "transform", ("in",), flow=flow),
        ),
    )
    nodes = {"a": ORDERS, "c": {"CustomCode": {"Name": "c", "Inputs": ["a"], "Code": "x"}}}
    found = read_visual(nodes, context, custom_code=lambda _name, _code: inner)
    step = next(node for node in found.nodes if node.id == "c/out")
    assert step.flow.columns == {"y": (ColumnRef("c/in", "x", "masking"),)}
    assert step.flow.indirect == (IndirectRef(ColumnRef("c/in", "k"), "filter"),)
