"""Events must say all edges of a process and no others, although readers multiply."""

import random

from tests.unit.openlineage.edges import lineage_edge

from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge
from glueline_worker.openlineage.flows import EventFlow, make_flows


def pairs(flows: list[EventFlow]) -> list[tuple[Dataset, Dataset]]:
    return [(one, other) for flow in flows for one in flow.inputs for other in flow.outputs]


def test_flows_multiply_to_the_edges_and_no_others():
    chance = random.Random(7)
    for _ in range(300):
        ends = [(up, down) for up in "abcde" for down in "vwxyz" if chance.random() < 0.4]
        edges = [lineage_edge(up, down) for up, down in ends]
        chance.shuffle(edges)
        found = pairs(make_flows(edges))
        assert len(found) == len(set(found))
        assert {(up.name, down.name) for up, down in found} == set(ends)


def test_outputs_of_the_same_inputs_share_a_flow():
    edges = [lineage_edge(up, down) for up in "ab" for down in "xy"]
    edges.append(lineage_edge("a", "z"))
    shapes = [(len(flow.inputs), len(flow.outputs)) for flow in make_flows(edges)]
    assert shapes == [(2, 2), (1, 1)]


def test_ends_without_an_edge_are_kept_and_reach_nothing():
    known = [lineage_edge("a", "x")]
    lone = [Dataset(namespace="s3://lake", name=name) for name in ("a", "b", "x", "y")]
    flows = make_flows(known, inputs=lone[:2], outputs=lone[2:])
    assert [([d.name for d in f.inputs], [d.name for d in f.outputs]) for f in flows] == [
        (["a"], ["x"]),
        (["b"], []),
        ([], ["y"]),
    ]


def test_halves_hold_the_same_edges_and_columns_until_nothing_can_be_divided():
    columns = tuple(ColumnEdge(upstream=f"c{n}", downstream=f"d{n}") for n in range(5))
    deciding = tuple(IndirectEdge(upstream=f"k{n}", downstream=None, effect="sort") for n in "ab")
    edges = [
        lineage_edge(up, down, columns=columns, indirect=deciding) for up in "abc" for down in "xy"
    ]
    [flow] = make_flows(edges)
    smallest = list(split_fully(flow))
    assert all(each.links == 1 for each in smallest)
    assert set(pairs(smallest)) == set(pairs([flow]))
    for edge in edges:
        parts = [
            each.edges[0]
            for each in smallest
            if (each.inputs, each.outputs) == ((edge.upstream,), (edge.downstream,))
        ]
        assert sorted(c.upstream for part in parts for c in part.columns) == sorted(
            c.upstream for c in columns
        )
        assert sorted(c.upstream for part in parts for c in part.indirect) == ["ka", "kb"]


def split_fully(flow: EventFlow):
    halves = flow.halve()
    if halves is None:
        yield flow
        return
    for half in halves:
        yield from split_fully(half)
