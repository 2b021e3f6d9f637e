from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge, Origin
from glueline_worker.lineage.graph.merge import merge_lineages
from glueline_worker.lineage.model import Edge, Lineage


def dataset(url):
    namespace, _, name = url.rpartition("/")
    return Dataset(namespace=namespace, name=name)


def lineage(origin, *pairs, warnings=(), columns=(), line=None):
    edges = [(dataset(up), dataset(down)) for up, down in pairs]
    return Lineage(
        inputs=tuple(dict.fromkeys(up for up, _ in edges)),
        outputs=tuple(dict.fromkeys(down for _, down in edges)),
        edges=tuple(Edge(up, down, (origin,), columns, line=line) for up, down in edges),
        warnings=warnings,
    )


A, B, C, X, Y = (f"s3://b/{name}" for name in "abcxy")


def test_an_edge_that_two_tell_is_one_edge_with_both_origins_and_all_columns():
    one, two = (ColumnEdge(upstream=name, downstream=name) for name in "pq")
    visual = lineage(Origin.VISUAL, (A, X), columns=(two,))
    code = lineage(Origin.SCRIPT, (A, X), columns=(one, two), line=7)
    (edge,) = merge_lineages([visual], code).edges
    assert edge == Edge(dataset(A), dataset(X), (Origin.VISUAL, Origin.SCRIPT), (one, two), line=7)


def test_without_code_the_others_are_united():
    merged = merge_lineages([lineage(Origin.VISUAL, (A, X)), lineage(Origin.DATAFLOW, (B, X))])
    assert [edge.upstream for edge in merged.edges] == [dataset(A), dataset(B)]


def test_code_that_shows_nothing_decides_nothing(describe):
    code = Lineage(warnings=("not readable",))
    merged = merge_lineages([lineage(Origin.VISUAL, (A, X))], code)
    assert describe(merged) == [f"{A} -> {X}"]
    assert merged.warnings == ("not readable",)


def test_code_that_is_understood_outweighs_a_stale_description(describe):
    code = lineage(Origin.SCRIPT, (A, X))
    merged = merge_lineages([lineage(Origin.DATAFLOW, (A, X), (B, X), (A, Y))], code)
    assert describe(merged) == [f"{A} -> {X}"]
    assert (merged.inputs, merged.outputs) == ((dataset(A),), (dataset(X),))
    assert merged.warnings == (
        f"{B} is described but not used by the job's code",
        f"{Y} is described but not used by the job's code",
    )


def test_an_edge_that_the_code_refutes_is_left_out(describe):
    code = lineage(Origin.SCRIPT, (A, X), (B, Y))
    merged = merge_lineages([lineage(Origin.DATAFLOW, (A, X), (A, Y), (B, X))], code)
    assert describe(merged) == [f"{A} -> {X}", f"{B} -> {Y}"]


def test_where_the_code_shows_no_way_to_an_output_the_others_do(describe):
    code = lineage(Origin.SCRIPT, (A, X))
    code = Lineage(code.inputs, (*code.outputs, dataset(Y)), code.edges)
    merged = merge_lineages([lineage(Origin.VISUAL, (A, X), (A, Y))], code)
    assert describe(merged) == [f"{A} -> {X}", f"{A} -> {Y}"]


def test_code_that_was_not_understood_to_the_end_lets_the_others_fill_in(describe):
    code = lineage(Origin.SCRIPT, (A, X), warnings=("a call nobody knows",))
    merged = merge_lineages([lineage(Origin.VISUAL, (A, X), (B, X))], code)
    assert describe(merged) == [f"{A} -> {X}", f"{B} -> {X}"]


def test_a_name_made_at_run_time_is_filled_in():
    code = lineage(Origin.SCRIPT, ("s3://{arg:bucket}/raw", "s3://b/{date}"))
    merged = merge_lineages([lineage(Origin.VISUAL, ("s3://lake/raw", "s3://b/out"))], code)
    (edge,) = merged.edges
    assert (edge.upstream, edge.downstream) == (dataset("s3://lake/raw"), dataset("s3://b/out"))
    assert edge.origins == (Origin.VISUAL, Origin.SCRIPT)


def test_a_name_that_could_mean_several_stays_open(describe):
    code = lineage(Origin.SCRIPT, ("s3://b/{loop:table}", X))
    merged = merge_lineages([lineage(Origin.VISUAL, (A, X), (B, X))], code)
    assert describe(merged) == [f"{A} -> {X}", f"{B} -> {X}", f"s3://b/{{loop:table}} -> {X}"]


def test_a_name_that_only_the_code_knows_is_not_told_twice(describe):
    code = lineage(Origin.SCRIPT, (A, "s3://b/{date}"))
    merged = merge_lineages(
        [lineage(Origin.DATAFLOW, ("s3://b/{unknown}", "s3://b/{unknown}"))], code
    )
    assert describe(merged) == [f"{A} -> s3://b/{{date}}"]


def test_the_database_of_a_connection_is_filled_in(describe):
    code = lineage(Origin.SCRIPT, ("glue-connection://pg/public.orders", X))
    merged = merge_lineages(
        [lineage(Origin.VISUAL, ("glue-connection://pg/shop.public.orders", X))], code
    )
    assert describe(merged) == [f"glue-connection://pg/shop.public.orders -> {X}"]


def test_what_two_tell_about_one_pair_of_columns_is_as_the_code_says():
    def column(transformation, line=None):
        return ColumnEdge(upstream="p", downstream="q", transformation=transformation, line=line)

    visual = lineage(Origin.VISUAL, (A, X), columns=(column("transformation"),))
    code = lineage(Origin.SCRIPT, (A, X), columns=(column("masking", 3),))
    assert merge_lineages([visual], code).edges[0].columns == (column("masking", 3),)
    silent = lineage(Origin.SCRIPT, (A, X), columns=(column(None),))
    assert merge_lineages([visual], silent).edges[0].columns == (column("transformation"),)


def test_what_decides_is_united_and_each_effect_counts_once():
    def decided(origin, *indirect):
        edge = Edge(dataset(A), dataset(X), (origin,), indirect=indirect)
        return Lineage((dataset(A),), (dataset(X),), (edge,))

    drawn = IndirectEdge(upstream="k", downstream=None, effect="filter")
    coded = IndirectEdge(upstream="k", downstream=None, effect="filter", line=4)
    sort = IndirectEdge(upstream="k", downstream="q", effect="window")
    (edge,) = merge_lineages(
        [decided(Origin.VISUAL, sort, drawn)], decided(Origin.SCRIPT, coded)
    ).edges
    assert edge.indirect == (coded, sort)
