"""Any text at all ends in a graph, and what is written on the way is always Python."""

import ast
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from glueline_worker.lineage.model import Graph, LineageContext
from glueline_worker.lineage.scala import read_scala
from glueline_worker.lineage.scala.reader import translate

SCRIPTS = [path.read_text() for path in (Path(__file__).parent / "cases").glob("*.scala")]
TOKENS = [re.findall(r'\w+|"""|\s+|.', script) for script in SCRIPTS]
WORDS = (
    "val var def object class case match if else for yield while do try catch finally new import "
    '=> <- -> = == + ++ :: : . , ; ( ) [ ] { } _ @ ! " \' ` """ s" ${ $ // /* */ \\ '
    "x Seq Map JsonOptions foreach map foldLeft null 1 spark.read.parquet( .write.parquet("
)
PIECES = st.sampled_from([*WORDS.split(), "\n"])


@given(st.text(max_size=200) | st.binary(max_size=200))
@settings(max_examples=examples(250), deadline=None)
def test_random_text(text):
    assert isinstance(read_scala(text, LineageContext()), Graph)


@given(st.lists(PIECES, max_size=50))
@settings(max_examples=examples(250), deadline=None)
def test_random_words(words):
    python, lines, _ = translate(" ".join(words))
    ast.parse(python)
    assert len(lines) == python.count("\n") + 1


@given(
    st.sampled_from(TOKENS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), PIECES), min_size=1, max_size=8),
)
@settings(max_examples=examples(250), deadline=None)
def test_mutated_scripts(tokens, changes):
    tokens = list(tokens)
    for place, cut, piece in changes:
        at = int(place * len(tokens))
        tokens[at : at + cut] = [piece]
    assert isinstance(read_scala("".join(tokens), LineageContext()), Graph)
