"""Spark's plans as column edges."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[4]))

from truth.commands import read_plan
from truth.edges import as_edges
from truth.plan import read_tree
from truth.walk import UnknownPlan

PLANS = "org.apache.spark.sql.catalyst.plans.logical."
EXPRESSIONS = "org.apache.spark.sql.catalyst.expressions."


def attribute(name, number):
    return [
        {
            "class": f"{EXPRESSIONS}AttributeReference",
            "num-children": 0,
            "name": name,
            "exprId": {"id": number},
        }
    ]


def alias(name, number, *rest):
    head = {
        "class": f"{EXPRESSIONS}Alias",
        "num-children": 1,
        "name": name,
        "exprId": {"id": number},
    }
    return [head, *rest]


def node(kind, children, **fields):
    return {"class": PLANS + kind, "num-children": children, **fields}


def table(name, *columns):
    named = node("SubqueryAlias", 1, identifier={"name": name, "qualifier": "[spark_catalog, lab]"})
    output = [attribute(column, number) for column, number in columns]
    return [named, node("LogicalRelation", 0, output=output)]


def edges(document):
    found = as_edges([read_plan(read_tree(document))], "lab.z")
    return found.direct, found.deciding


def test_a_renamed_column_keeps_its_source():
    plan = [
        node("Project", 1, projectList=[alias("x", 9, *attribute("a", 1))]),
        *table("t", ("a", 1), ("b", 2)),
    ]

    assert edges(plan) == ({("lab.z", "x", "lab.t", "a")}, set())


def test_a_condition_decides_and_a_result_is_a_value():
    case = {"class": f"{EXPRESSIONS}CaseWhen", "num-children": 2}
    plan = [
        node(
            "Project", 1, projectList=[alias("x", 9, case, *attribute("a", 1), *attribute("b", 2))]
        ),
        *table("t", ("a", 1), ("b", 2)),
    ]

    assert edges(plan) == ({("lab.z", "x", "lab.t", "b")}, {("lab.z", "x", "lab.t", "a")})


def test_a_union_merges_columns_by_position():
    plan = [node("Union", 2), *table("t", ("a", 1)), *table("u", ("b", 2))]

    assert edges(plan)[0] == {("lab.z", "a", "lab.t", "a"), ("lab.z", "a", "lab.u", "b")}


def test_a_semi_join_passes_its_left_side():
    kind = {"object": "org.apache.spark.sql.catalyst.plans.LeftSemi$"}
    plan = [node("Join", 2, joinType=kind), *table("t", ("a", 1)), *table("u", ("b", 2))]

    assert edges(plan)[0] == {("lab.z", "a", "lab.t", "a")}


def test_a_field_of_a_struct_that_was_built_has_its_own_source():
    literal = {"class": f"{EXPRESSIONS}Literal", "num-children": 0, "value": "k"}
    struct = {"class": f"{EXPRESSIONS}CreateNamedStruct", "num-children": 4}
    field = {"class": f"{EXPRESSIONS}GetStructField", "num-children": 1, "ordinal": 1, "name": "v"}
    built = [struct, literal, *attribute("a", 1), {**literal, "value": "v"}, *attribute("b", 2)]
    plan = [
        node("Project", 1, projectList=[alias("x", 9, field, *built)]),
        *table("t", ("a", 1), ("b", 2)),
    ]

    assert edges(plan)[0] == {("lab.z", "x", "lab.t", "b")}


def test_a_plan_that_is_not_understood_has_no_truth():
    with pytest.raises(UnknownPlan):
        read_plan(read_tree([node("Strange", 0)]))
