"""Filters: which names a request is about."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from glueline.contract.filters import GLOB_LIMIT, Filters, Globs


def allowing(*globs: str) -> Globs:
    return Globs(allow=globs)


def test_no_globs_admit_everything():
    assert Globs().admits("anything/at all")
    assert Filters().tables.admits("x")


@pytest.mark.parametrize(
    ("globs", "name", "admitted"),
    [
        (allowing("sales"), "sales", True),
        (allowing("sales"), "sales_eu", False),
        (allowing("sales*"), "sales_eu", True),
        (allowing("sales_??"), "sales_eu", True),
        (allowing("sales_??"), "sales_emea", False),
        (allowing("t[0-9]"), "t7", True),
        (allowing("t[!0-9]"), "t7", False),
        (allowing("a", "b*"), "bee", True),
        (allowing("a", "b*"), "see", False),
        (allowing("a.b"), "axb", False),
        (allowing("a+(b)|c"), "a+(b)|c", True),
        (allowing("*"), "line\nbreak", True),
        (allowing("a"), "a\n", False),
        (Globs(deny=("tmp_*",)), "tmp_x", False),
        (Globs(deny=("tmp_*",)), "x", True),
        (Globs(allow=("sales*",), deny=("*_tmp",)), "sales_tmp", False),
        (Globs(allow=("sales*",), deny=("*_tmp",)), "sales", True),
        (allowing("[[]x"), "[x", True),
        (allowing("[]]x"), "]x", True),
        (allowing("x]"), "x]", True),
    ],
)
def test_globs_decide(globs: Globs, name: str, *, admitted: bool):
    assert globs.admits(name) is admitted


@pytest.mark.parametrize("glob", ["Sales_*", "SALES_*", "sales_*", "[S]ales_*"])
@pytest.mark.parametrize("name", ["sales_eu", "SALES_EU", "Sales_Eu"])
def test_case_makes_no_difference(glob: str, name: str):
    assert allowing(glob).admits(name)
    assert not Globs(deny=(glob,)).admits(name)


@pytest.mark.parametrize(
    "glob", ["", " ", " a", "a ", "a\n", "[a", "a[", "a[b]c[", "x" * (GLOB_LIMIT + 1)]
)
def test_a_malformed_glob_is_refused(glob: str):
    with pytest.raises(ValidationError):
        allowing(glob)
    with pytest.raises(ValidationError):
        Globs(deny=(glob,))


NAMES = st.text(min_size=1, max_size=30).filter(lambda name: name == name.strip())
PLAIN = NAMES.filter(lambda name: not set(name) & set("*?["))


@given(PLAIN)
@example("İstanbul")
@example("straße")
@example("\N{LATIN SMALL LETTER LONG S}")
@example("a]b")
def test_a_name_without_wildcards_matches_itself_and_is_exact(name: str):
    globs = allowing(name)
    assert globs.admits(name)
    assert globs.exact_names == (name.lower(),)


@given(st.lists(NAMES, max_size=4), st.lists(NAMES, max_size=4), NAMES)
def test_any_well_formed_globs_answer_for_any_name(allow: list[str], deny: list[str], name: str):
    try:
        globs = Globs(allow=tuple(allow), deny=tuple(deny))
    except ValidationError:
        return
    if globs.admits(name):
        assert not any(Globs(allow=(glob,)).admits(name) for glob in deny)
        assert not allow or any(allowing(glob).admits(name) for glob in allow)
    for exact in globs.exact_names or ():
        assert globs.admits(exact)


@pytest.mark.parametrize(
    ("globs", "names"),
    [
        (Globs(), None),
        (Globs(deny=("a",)), None),
        (allowing("a", "b*"), None),
        (allowing("a?"), None),
        (allowing("[a]"), None),
        (allowing("B", "a", "b"), ("a", "b")),
        (Globs(allow=("a", "b"), deny=("B",)), ("a",)),
        (Globs(allow=("a",), deny=("*",)), ()),
    ],
)
def test_names_are_exact_when_no_glob_has_a_wildcard(globs: Globs, names: tuple[str, ...] | None):
    assert globs.exact_names == names
