"""The part of YAML that metric views are written in is read as PyYAML reads it."""

import contextlib
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from glueline_worker.lineage.yaml_blocks import read_yaml_blocks

TEXTS = [
    "",
    "---\na: b",
    "version: 0.1\nsource: db.t\n",
    "a:\n  - b: 1\n    c: 2\n  - b: 3\n",
    "a:\n- b: 1\n- b: 2\nc: d\n",
    "a: 'it''s: #1' # said\nb: \"x \\\"y\\\" \\n z\"\n",
    "a: |\n  one\n    two\n\n  three\nb: x",
    "a: >-\n  sum(x)\n  / 2\nb: y",
    "a: one\n  two\n  three # four\nb: c",
    "# first\na: 1\n\n  # between\nb: 2\n",
    "on: a.x = b.x\nusing: [id, day]\n",
    "a:\n  b:\n    - c\n    - d: e\n      f: >\n        g\n        h\n    -\n      i: j\n",
    "a b: c:d\nurl: s3://x/y#z\n",
    "- a\n- 'b'\n- - c\n  - d\n",
    "a:\nb: c",
]
REFUSED = ["a: &x b", "a: *x", "a: !t b", "a: {b: c}", "a: b: c", "a: 'b", "a: 1\na: 2", "a: 1\n   b: 2", "a: ['x']", "a: 1\nnothing"]  # fmt: skip


def read_reference(text):
    """Return what PyYAML reads, with all scalars as texts and without ends of lines."""
    return simplify(yaml.load(text, Loader=yaml.BaseLoader))


def simplify(block):
    if isinstance(block, dict):
        return {key: simplify(value) for key, value in block.items()}
    if isinstance(block, list):
        return [simplify(value) for value in block]
    return (block or "").strip("\n")


@pytest.mark.parametrize("text", TEXTS)
def test_blocks_are_those_of_pyyaml(text):
    assert read_yaml_blocks(text) == read_reference(text)


@pytest.mark.parametrize("text", REFUSED)
def test_other_forms_are_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        read_yaml_blocks(text)


@settings(max_examples=examples(3000))
@given(
    st.lists(st.sampled_from([*"ab:-# '\"|>[]{}&", "\n", "  ", ": ", "- ", "key: "]), max_size=40)
)
def test_anything_is_read_as_pyyaml_does_or_refused(pieces):
    text = "".join(pieces)
    try:
        found = read_yaml_blocks(text)
    except ValueError:
        return
    try:
        expected = read_reference(text)
    except yaml.YAMLError:
        return
    assert found == expected


@pytest.mark.parametrize(
    "text",
    ["a" + " " * 150_000 + "b", "- " * 100_000, "a: " + "[" * 100_000, '"' * 150_000, "a:\n " * 40_000, "k: |\n" + "\n" * 190_000, "x" * 300_000],
)  # fmt: skip
def test_a_hostile_text_ends_soon(text):
    start = time.process_time()
    with contextlib.suppress(ValueError):
        read_yaml_blocks(text)
    assert time.process_time() - start < 10
