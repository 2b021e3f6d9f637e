"""How values pass from column to column, and which columns decide about others."""

import pytest

from glueline.contract.lineage import Dataset, Origin
from glueline_worker.lineage.graph import collapse as collapse_module
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import (
    KEEP,
    OPAQUE,
    ColumnRef,
    Flow,
    Graph,
    IndirectRef,
    LineageContext,
    Node,
)
from glueline_worker.lineage.naming import name_catalog_table


def path(name):
    return Dataset(namespace="s3://b", name=name)


def read(node, **fields):
    return Node(node, "read", datasets=(path(node),), **fields)


def step(node, *inputs, flow=KEEP, line=None):
    return Node(node, "transform", inputs, flow=flow, line=line)


def write(*inputs, to="out", **fields):
    return Node(f"write {to}", "write", inputs, (path(to),), **fields)


def made(node, how="identity", **columns):
    """``y="x"``: the column y is made of the column x of ``node``."""
    return {name: (ColumnRef(node, of, how),) for name, of in columns.items()}


def asks(node, effect, *names, column=None):
    return tuple(IndirectRef(ColumnRef(node, name), effect, column) for name in names)


def follow(*nodes):
    return collapse(Graph(Origin.SCRIPT, nodes), LineageContext())


def direct(*nodes):
    """``x>y transformation 3``, of the edge from a to out."""
    edge = next(each for each in follow(*nodes).edges if each.upstream == path("a"))
    return [
        f"{each.upstream}>{each.downstream} {each.transformation} {each.line}"
        for each in edge.columns
    ]


def indirect(*nodes, of="a"):
    """``x filter * 3``: x decides about all columns, says line 3."""
    edge = next(each for each in follow(*nodes).edges if each.upstream == path(of))
    return [
        f"{each.upstream} {each.effect} {each.downstream or '*'} {each.line}"
        for each in edge.indirect
    ]


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("identity", "identity", "identity"),
        ("identity", "transformation", "transformation"),
        ("aggregation", "transformation", "aggregation"),
        ("transformation", "aggregation", "aggregation"),
        ("masking", "aggregation", "masking"),
        ("identity", "masking", "masking"),
    ],
)
def test_of_two_steps_after_each_other_the_stronger_names_the_way(first, second, both):
    found = direct(
        read("a"),
        step("s", "a", flow=Flow(made("a", first, y="x"))),
        step("t", "s", flow=Flow(made("s", second, z="y")), line=7),
        write("t"),
    )
    assert found == [f"x>z {both} 7"]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("identity", "transformation", "transformation"),
        ("transformation", "aggregation", "aggregation"),
        ("masking", "identity", "identity"),
        ("masking", "masking", "masking"),
    ],
)
def test_of_two_ways_beside_each_other_the_stronger_counts_and_masking_only_if_both_mask(
    one, other, both
):
    refs = (ColumnRef("a", "x", one), ColumnRef("a", "x", other))
    for sources in (refs, refs[::-1]):
        flow = Flow({"y": sources})
        assert direct(read("a"), step("s", "a", flow=flow, line=2), write("s")) == [f"x>y {both} 2"]


def test_two_writes_of_a_pair_are_one_column_edge_at_the_first_line():
    again = Node("again", "write", ("a",), (path("out"),), Flow(made("a", y="x")), line=9)
    found = direct(read("a"), again, write("a", flow=Flow(made("a", y="x")), line=4))
    assert found == ["x>y identity 4"]


def test_the_line_is_that_of_the_step_that_makes_the_column():
    found = direct(
        read("a", line=1),
        step("s", "a", flow=Flow(made("a", "transformation", y="x"), whole=("a",)), line=2),
        step("t", "s", flow=Flow(made("s", y="y", k="k")), line=3),
        step("u", "t", flow=Flow(made("t", y="y", k="k")), line=4),
        write("u", line=5),
    )
    assert found == ["k>k identity 3", "x>y transformation 2"]


def test_a_column_that_only_passes_has_the_line_of_the_write():
    table = name_catalog_table("d", "t")
    nodes = (Node("t", "read", datasets=(table,), line=1), write("t", line=5))
    context = LineageContext(schemas={"d/t": ("x",)})
    ((column,),) = (edge.columns for edge in collapse(Graph(Origin.SCRIPT, nodes), context).edges)
    assert (column.transformation, column.line) == ("identity", 5)


def test_a_condition_on_rows_decides_about_all_that_comes_after_it():
    nodes = (
        read("a"),
        step("s", "a", flow=Flow(made("a", y="x"), rest=True), line=2),
        step("f", "s", flow=Flow(rest=True, indirect=asks("s", "filter", "y", "k")), line=3),
        step("g", "f", flow=Flow(made("f", z="y")), line=4),
        write("g", line=5),
    )
    assert indirect(*nodes) == ["k filter * 3", "x filter * 3"]
    assert direct(*nodes) == ["x>z identity 4"]


def test_a_condition_after_a_branch_does_not_decide_about_the_other_branch():
    kept = step("f", "a", flow=Flow(rest=True, indirect=asks("a", "filter", "x")), line=3)
    lineage = follow(read("a"), kept, write("f", to="x"), write("a", to="y"))
    assert [len(edge.indirect) for edge in lineage.edges] == [1, 0]


def test_both_sides_of_a_join_decide_each_at_its_own_edge():
    keys = asks("a", "join", "id") + asks("b", "join", "ref")
    nodes = (
        read("a"),
        read("b"),
        step("j", "a", "b", flow=Flow(made("a", x="x"), indirect=keys), line=3),
        write("j"),
    )
    assert indirect(*nodes, of="a") == ["id join * 3"]
    assert indirect(*nodes, of="b") == ["ref join * 3"]


def test_rows_are_decided_through_steps_whose_columns_are_unknown():
    kept = Flow(rest=True, indirect=asks("a", "filter", "x"))
    nodes = (read("a"), step("f", "a", flow=kept, line=2), step("o", "f", flow=OPAQUE), write("o"))
    assert indirect(*nodes) == ["x filter * 2"]


def test_a_condition_of_one_column_follows_it_and_no_other():
    case = Flow(
        made("a", "transformation", size="x"),
        whole=("a",),
        indirect=asks("a", "conditional", "flag", column="size"),
    )
    nodes = (
        read("a"),
        step("c", "a", flow=case, line=2),
        step("r", "c", flow=Flow(made("c", Grade="size", k="k")), line=3),
        step("p", "r", flow=KEEP),
        write("p", line=5),
    )
    assert indirect(*nodes) == ["flag conditional Grade 2"]


def test_a_condition_ends_where_its_column_is_replaced_or_dropped():
    case = Flow(made("a", n="x"), whole=("a",), indirect=asks("a", "window", "d", column="n"))
    for after in (
        Flow(made("c", n="y"), rest=True),
        Flow(rest=True, dropped=frozenset({"N"})),
        Flow(made("c", y="y")),
    ):
        nodes = (read("a"), step("c", "a", flow=case), step("d", "c", flow=after), write("d"))
        assert indirect(*nodes) == []


def test_a_constant_chosen_by_a_column_is_decided_by_it_and_made_of_nothing():
    case = Flow({"size": ()}, indirect=asks("a", "conditional", "x", column="size"))
    nodes = (read("a"), step("c", "a", flow=case, line=2), write("c"))
    assert direct(*nodes) == []
    assert indirect(*nodes) == ["x conditional size 2"]


def test_a_filter_on_a_decided_column_asks_what_decides_about_it():
    case = Flow(
        made("a", big="x"), rest=True, indirect=asks("a", "conditional", "flag", column="big")
    )
    nodes = (
        read("a"),
        step("c", "a", flow=case, line=2),
        step("f", "c", flow=Flow(made("c", y="y"), indirect=asks("c", "filter", "big")), line=3),
        write("f"),
    )
    assert indirect(*nodes) == ["flag filter * 3", "x filter * 3"]


def test_a_condition_of_a_struct_decides_about_its_fields():
    case = Flow(made("a", s="x"), indirect=asks("a", "conditional", "flag", column="s"))
    field = Flow({"city": (ColumnRef("c", "s.city"),)})
    nodes = (read("a"), step("c", "a", flow=case, line=2), step("d", "c", flow=field), write("d"))
    assert indirect(*nodes) == ["flag conditional city 2"]


def test_a_condition_inside_a_loop_is_found_once():
    nodes = (
        read("a"),
        step("loop", "a", "back"),
        step("back", "loop", flow=Flow(rest=True, indirect=asks("loop", "filter", "n")), line=4),
        write("back"),
    )
    assert indirect(*nodes) == ["n filter * 4"]


def test_what_cannot_be_resolved_decides_nothing():
    asked = asks("j", "filter", "x") + asks("elsewhere", "filter", "x")
    nodes = (
        read("a"),
        read("b"),
        step("j", "a", "b"),
        step("f", "j", flow=Flow(rest=True, indirect=asked)),
        write("f"),
    )
    assert indirect(*nodes) == []


def test_a_filter_on_very_many_columns_does_not_multiply_and_takes_no_direct_column():
    names = [f"c{number}" for number in range(30_000)]
    flow = Flow(made("a", **dict.fromkeys(names, "x")), indirect=asks("a", "filter", *names))
    nodes = [read("a"), step("f", "a", flow=flow)]
    lineage = follow(*nodes, write("f"))
    (edge,) = lineage.edges
    assert (len(edge.columns), len(edge.indirect), lineage.warnings) == (30_000, 30_000, ())


def test_past_a_limit_deciding_columns_are_left_out_and_direct_ones_stay(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(collapse_module, "INDIRECT_LIMIT", 2_000)
    names = [f"c{number}" for number in range(300)]
    flow = Flow(made("a", **dict.fromkeys(names, "x")), indirect=asks("a", "filter", *names))
    nodes = [read("a"), step("f", "a", flow=flow)]
    lineage = follow(*nodes, *(write("f", to=f"w{number}") for number in range(10)))
    assert [len(edge.columns) for edge in lineage.edges] == [300] * 10
    assert sum(len(edge.indirect) for edge in lineage.edges) <= 2_000
    sentence = "the job has more than 2,000 columns that decide about others; some are left out"
    assert lineage.warnings == (sentence,)


def test_lone_surrogates_keep_how_values_pass_and_what_decides():
    flow = Flow(made("a", "masking", y="x\ud800"), indirect=asks("a", "filter", "k\udfff"))
    nodes = (read("a"), step("s", "a", flow=flow, line=2), write("s"))
    assert direct(*nodes) == ["x?>y masking 2"]
    assert indirect(*nodes) == ["k? filter * 2"]
