"""The order in which a graph is followed."""

import random

from glueline_worker.lineage.graph.deciders import iterate_bits
from glueline_worker.lineage.graph.strongly_connected import find_strongly_connected


def follow(inputs, *starts):
    return find_strongly_connected(inputs, starts)


def test_steps_that_come_after_their_inputs_are_followed_as_they_stand():
    inputs = {"a": (), "unused": ("a",), "b": ("a", "elsewhere"), "c": ("b", "a"), "d": ("d", "c")}
    assert follow(inputs, "d") == [["a"], ["b"], ["c"], ["d"]]
    assert follow(inputs, "b", "nowhere") == [["a"], ["b"]]
    assert follow(inputs) == []


def test_each_order_of_the_nodes_has_the_same_groups_with_inputs_first():
    chance = random.Random(5)
    for _ in range(200):
        names = [f"n{number}" for number in range(chance.randrange(1, 12))]
        ordered = {
            name: tuple(chance.sample(names[:at], chance.randrange(at + 1)))
            for at, name in enumerate(names)
        }
        starts = chance.sample(names, chance.randrange(len(names) + 1))
        shuffled = dict(chance.sample(list(ordered.items()), len(names)))
        found = [follow(graph, *starts) for graph in (ordered, shuffled)]
        assert sorted(found[0]) == sorted(found[1])
        for groups in found:
            places = {name: at for at, group in enumerate(groups) for name in group}
            assert all(
                places[source] < at for name, at in places.items() for source in ordered[name]
            )


def test_a_loop_is_one_group():
    assert sorted(follow({"a": ("c",), "b": ("a",), "c": ("b",)}, "b")[0]) == ["a", "b", "c"]


def test_the_bits_of_small_and_large_numbers_are_found():
    for bits in ([], [0], [0, 5, 63], [64], [1, 63, 64, 900]):
        assert list(iterate_bits(sum(1 << bit for bit in bits))) == bits
