"""Mappings that share what did not change."""

import random

from glueline_worker.lineage.name_map import NameMap


def test_a_chain_of_changes_is_what_a_dict_would_be():
    rng = random.Random(7)
    for _ in range(30):
        known = {f"c{number}": number for number in range(rng.randrange(100))}
        made = NameMap(dict(known))
        for _ in range(200):
            changes = {
                f"c{rng.randrange(150)}": rng.choice((None, rng.randrange(9)))
                for _ in range(rng.randrange(4))
            }
            made = made.change(changes)
            known = {k: v for k, v in {**known, **changes}.items() if v is not None}
            assert dict(made) == known
            assert len(made) == len(known)
            assert set(made.keys()) == set(known)
            for number in range(0, 150, 7):
                assert (f"c{number}" in made) == (f"c{number}" in known)
                assert made.get(f"c{number}", -1) == known.get(f"c{number}", -1)


def test_a_mapping_stays_as_it_was_when_another_is_made_of_it():
    before = NameMap({"a": 1, "b": 2})
    after = before.change({"a": None, "c": 3})

    assert dict(before) == {"a": 1, "b": 2}
    assert dict(after) == {"b": 2, "c": 3}


def test_a_change_copies_few_names_of_many():
    made = NameMap({f"c{number}": number for number in range(4_000)})
    costs = []
    for number in range(4_000):
        made = made.change({f"c{number}": -1})
        costs.append(made.cost)

    assert sum(costs) < 4_000 * 150


def test_names_with_dots_are_told():
    made = NameMap({"a": 1})
    assert not made.has_fields
    assert made.change({"a.b": 1}).has_fields
    assert NameMap({"a.b": 1}).change({"c": 1}).has_fields
