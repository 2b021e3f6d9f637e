from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.examples import examples

from glueline.contract.lineage import Dataset, Origin
from glueline_worker.lineage.graph.collapse import EDGE_LIMIT, collapse
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


def read(node, name=None, **fields):
    return Node(node, "read", datasets=(path(name or node),), **fields)


def step(node, *inputs, flow=KEEP):
    return Node(node, "transform", inputs, flow=flow)


def write(*inputs, to="out", **fields):
    return Node(f"write {to}", "write", inputs, (path(to),), **fields)


def graph(*nodes):
    return Graph(Origin.SCRIPT, nodes)


def made(**columns):
    """``key="a.id b.id"``: the column ``key`` is made of the columns id of a and b."""
    return {
        name: tuple(ColumnRef(*ref.split(".", 1)) for ref in refs.split())
        for name, refs in columns.items()
    }


def test_only_reads_that_flow_into_a_write_make_edges(edges):
    found = edges(graph(read("a"), read("b"), step("s", "a"), write("s")))
    assert found == ["s3://b/a -> s3://b/out"]


def test_reads_and_writes_without_edges_are_still_inputs_and_outputs(context):
    lineage = collapse(graph(read("a"), write(to="x")), context)
    assert (lineage.inputs, lineage.outputs, lineage.edges) == ((path("a"),), (path("x"),), ())


def test_several_writes_keep_their_own_sources(edges):
    found = edges(graph(read("a"), read("b"), write("a", to="x"), write("b", to="y")))
    assert found == ["s3://b/a -> s3://b/x", "s3://b/b -> s3://b/y"]


def test_a_dataset_that_is_read_and_written_keeps_its_edge(edges):
    assert edges(graph(read("a"), write("a", to="a"))) == ["s3://b/a -> s3://b/a"]


def test_two_writes_of_one_dataset_are_one_edge_with_the_columns_of_both(context):
    nodes = (
        read("a"),
        write("a", to="x", flow=Flow(made(p="a.p")), line=9),
        Node("again", "write", ("a",), (path("x"),), Flow(made(q="a.q")), line=4),
    )
    (edge,) = collapse(graph(*nodes), context).edges
    assert [column.upstream for column in edge.columns] == ["p", "q"]
    assert edge.line == 4


def test_columns_are_composed_through_renames(edges):
    nodes = (
        read("a"),
        step("r", "a", flow=Flow(made(b="a.x"), rest=True)),
        step("s", "r", flow=Flow(made(c="r.b", d="r.x", e="r.y"))),
        write("s"),
    )
    assert edges(graph(*nodes)) == ["s3://b/a -> s3://b/out x>c y>e"]


def test_what_a_step_replaces_or_drops_does_not_pass(edges):
    nodes = (
        read("a"),
        step("r", "a", flow=Flow(made(k=""), rest=True, dropped=frozenset({"gone"}))),
        step("s", "r", flow=Flow(made(k="r.k", gone="r.Gone", kept="r.kept"))),
        write("s"),
    )
    assert edges(graph(*nodes)) == ["s3://b/a -> s3://b/out kept>kept"]


def test_whole_inputs_pass_also_what_is_used(edges):
    flow = Flow(made(y="a.x"), whole=("a",))
    nodes = (
        read("a"),
        read("b"),
        step("s", "a", "b", flow=flow),
        step("t", "s", flow=Flow(made(x="s.x", y="s.y"))),
        write("t"),
    )
    assert edges(graph(*nodes)) == [
        "s3://b/a -> s3://b/out x>x x>y",
        "s3://b/b -> s3://b/out",
    ]


def test_paths_into_structs_are_followed(edges):
    nodes = (
        read("a"),
        step("r", "a", flow=Flow(made(home="a.address"))),
        step("s", "r", flow=Flow({"city": (ColumnRef("r", "home.city"),)})),
        step("t", "s", flow=Flow(made(all="s.city"))),
        write("t"),
    )
    assert edges(graph(*nodes)) == ["s3://b/a -> s3://b/out address.city>all"]


def test_a_struct_made_of_fields_is_made_of_all_of_them(edges):
    flow = Flow({"s.x": (ColumnRef("a", "x"),), "s.y": (ColumnRef("a", "y"),)})
    nodes = (read("a"), step("m", "a", flow=flow), step("n", "m", flow=Flow(made(s="m.s"))))
    assert edges(graph(*nodes, write("n"))) == ["s3://b/a -> s3://b/out x>s y>s"]


def test_data_flows_through_an_opaque_step_without_columns(edges):
    nodes = (read("a"), step("o", "a", flow=OPAQUE), step("p", "o", flow=Flow(made(x="o.x"))))
    assert edges(graph(*nodes, write("p"))) == ["s3://b/a -> s3://b/out"]


def test_a_known_schema_makes_wildcards_concrete(context, edges):
    table = Node("t", "read", datasets=(name_catalog_table("sales", "customers", context),))
    assert edges(graph(table, write("t"))) == [
        "glue:sales/customers -> s3://b/out customer_id>customer_id name>name"
    ]


def test_the_schema_of_a_target_tells_columns_of_a_single_source(context, edges):
    target = Node("w", "write", ("s",), (name_catalog_table("sales", "customers", context),))
    renamed = step("s", "a", flow=Flow(made(NAME="a.full"), rest=True))
    assert edges(graph(read("a"), renamed, target)) == [
        "s3://b/a -> glue:sales/customers customer_id>customer_id full>name"
    ]


def test_a_column_of_several_unknown_schemas_is_nobodys(edges):
    nodes = (read("a"), read("b"), step("j", "a", "b"), step("s", "j", flow=Flow(made(x="j.x"))))
    assert edges(graph(*nodes, write("s"))) == ["s3://b/a -> s3://b/out", "s3://b/b -> s3://b/out"]


def test_a_column_of_stacked_inputs_is_that_of_all(edges):
    nodes = (
        read("a"),
        read("b"),
        step("r", "b", flow=Flow(made(x="b.y"), rest=True)),
        step("u", "a", "r", flow=Flow(rest=True, stacked=True)),
        step("s", "u", flow=Flow(made(x="u.x"))),
        write("s"),
    )
    assert edges(graph(*nodes)) == ["s3://b/a -> s3://b/out x>x", "s3://b/b -> s3://b/out y>x"]


def test_loops_are_followed_once_round(edges):
    nodes = (
        read("a"),
        step("loop", "a", "back"),
        step("back", "loop", flow=Flow(made(n="loop.n"))),
        write("back"),
    )
    assert edges(graph(*nodes)) == ["s3://b/a -> s3://b/out n>n"]


def test_a_chain_of_thousands_of_steps_is_followed(edges):
    chain = [step(f"s{n}", f"s{n - 1}") for n in range(1, 5001)]
    nodes = (read("s0", "a"), *reversed(chain), write("s5000", flow=Flow(made(x="s5000.x"))))
    assert edges(graph(*nodes)) == ["s3://b/a -> s3://b/out x>x"]


def test_too_many_columns_are_left_out_with_a_warning_and_the_edges_stay(context):
    nodes = [read("s0", "a")]
    for n in range(1, 1501):
        flow = Flow(made(**{f"c{n}": f"r{n}.c"}), rest=True)
        nodes += [read(f"r{n}"), step(f"s{n}", f"s{n - 1}", f"r{n}", flow=flow)]
    lineage = collapse(graph(*nodes, write("s1500")), context)
    assert len(lineage.edges) == 1501
    assert lineage.warnings == ("the job has more than 1,000,000 columns; some are left out",)


def test_too_many_edges_are_left_out_with_a_warning(context):
    reads = [read(f"r{n}") for n in range(600)]
    names = [node.id for node in reads]
    writes = [write(*names, to=f"w{n}") for n in range(90)]
    lineage = collapse(graph(*reads, *writes), context)
    assert len(lineage.edges) == EDGE_LIMIT
    sentence = "the job has more than 50,000 edges; 4,000 are left out"
    assert lineage.warnings == lineage.gaps == (sentence,)


NAMES = st.sampled_from("abcdef")
REFS = st.builds(
    ColumnRef,
    NAMES,
    st.sampled_from(["x", "y", "x.z"]),
    st.sampled_from(["identity", "masking", "aggregation"]),
)
INDIRECT = st.builds(
    IndirectRef, REFS, st.sampled_from(["join", "filter"]), st.none() | st.sampled_from(["x", "y"])
)
FLOWS = st.builds(
    Flow,
    st.dictionaries(st.sampled_from(["x", "y", "X", "x.z"]), st.lists(REFS, max_size=2).map(tuple)),
    st.booleans(),
    st.frozensets(st.sampled_from(["x", "y"])),
    st.booleans(),
    st.lists(NAMES, max_size=2).map(tuple),
    st.lists(INDIRECT, max_size=2).map(tuple),
)
NODES = st.builds(
    Node,
    NAMES,
    st.sampled_from(["read", "transform", "write"]),
    st.lists(NAMES | st.just("gone"), max_size=3).map(tuple),
    st.lists(st.sampled_from([path("p"), path("q"), name_catalog_table("d", "t")]), max_size=2).map(
        tuple
    ),
    FLOWS,
)


@settings(max_examples=examples(250), deadline=None)
@given(st.lists(NODES, max_size=8))
def test_any_graph_has_a_lineage(nodes):
    context = LineageContext(schemas={"d/t": ("x", "w")})
    lineage = collapse(graph(*nodes), context)
    assert collapse(graph(*nodes), context) == lineage
    pairs = [(edge.upstream, edge.downstream) for edge in lineage.edges]
    assert len(set(pairs)) == len(pairs)
    assert {up for up, _ in pairs} <= set(lineage.inputs)
    assert {down for _, down in pairs} <= set(lineage.outputs)
    for edge in lineage.edges:
        columns = [(each.upstream, each.downstream) for each in edge.columns]
        indirect = [(each.upstream, each.downstream, each.effect) for each in edge.indirect]
        assert len(set(columns)) == len(columns)
        assert len(set(indirect)) == len(indirect)
    plain = [replace(node, flow=replace(node.flow, indirect=())) for node in nodes]
    direct = [edge.columns for edge in collapse(graph(*plain), context).edges]
    assert direct == [edge.columns for edge in lineage.edges]
