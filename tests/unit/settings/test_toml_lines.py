"""Lines of settings: every key that the parser of the standard library sees is found."""

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glueline.settings.toml_lines import find_line

DOCUMENT = '''
a = 1 # one
b.c = "x = [1]"
d = [
  1.5, "two", [3, 4],
  { e = 1, "f g" = 'h' },
]
[t]
u = """
v = 1
[w]
"""
x = { y = { z = 1 } }
[[t.m]]
n = 1
[[t.m]]
n = 2
[t.m.o]
p = 2020-01-01T00:00:00Z
[[t.m.q]]
r = \'\'\'
s\'\'\'
'''


def paths(value: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield (*at, key)
        yield from paths(inner, (*at, key))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a",), 2),
        (("b", "c"), 3),
        (("d",), 4),
        (("d", 1), 5),
        (("d", 2, 1), 5),
        (("d", 3, "f g"), 6),
        (("t", "x", "y", "z"), 13),
        (("t", "m", 0, "n"), 15),
        (("t", "m", 1, "n"), 17),
        (("t", "m", 1, "o", "p"), 19),
        (("t", "m", 1, "q", 0, "r"), 21),
        (("t", "m", 1, "missing"), 16),
        (("missing",), None),
    ],
)
def test_a_path_is_found_on_its_line(path, line):
    assert find_line(DOCUMENT, path) == line


NAMES = st.text("abcxyz-_0", min_size=1, max_size=4)
SCALARS = st.sampled_from(
    ["1", "-2.5", "true", '"a # b"', "'[x]'", '"\\"q\\""', '"""\nx = 1\n"""', "'''\n[t]\n'''"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda many: "[\n" + ",\n".join(many) + "]")
        | st.dictionaries(NAMES, inner, max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{k} = {v}" for k, v in pairs.items()) + "}"
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=3))
def test_every_path_of_a_document_is_found_and_no_line_is_beyond_it(tables):
    document = "\n".join(
        f"[[{name}]]\n" + "\n".join(f"{key} = {value}" for key, value in pairs.items())
        for name, pairs in tables.items()
    )
    for path in paths(tomllib.loads(document)):
        line = find_line(document, path)
        assert line is not None
        # Its own line, not that of what holds it: the name stands there.
        if isinstance(path[-1], str):
            assert path[-1] in document.splitlines()[line - 1]
