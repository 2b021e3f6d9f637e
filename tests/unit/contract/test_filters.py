"""Filters: which names a request is about."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from glueline.contract.filters import GLOB_LIMIT, GLOBS_LENGTH_LIMIT, GLOBS_LIMIT, Filters, Globs
from glueline.contract.messages import ExtractionRequest


def make_globs(*globs: str) -> Globs:
    return Globs(allow=globs)


def test_no_globs_admit_everything():
    assert Globs().admits("anything/at all")
    assert Filters().tables.admits("x")


@pytest.mark.parametrize(
    ("globs", "name", "admitted"),
    [
        (make_globs("sales"), "sales", True),
        (make_globs("sales"), "sales_eu", False),
        (make_globs("sales*"), "sales_eu", True),
        (make_globs("sales_??"), "sales_eu", True),
        (make_globs("sales_??"), "sales_emea", False),
        (make_globs("t[0-9]"), "t7", True),
        (make_globs("t[!0-9]"), "t7", False),
        (make_globs("a", "b*"), "bee", True),
        (make_globs("a", "b*"), "see", False),
        (make_globs("a.b"), "axb", False),
        (make_globs("a+(b)|c"), "a+(b)|c", True),
        (make_globs("*"), "line\nbreak", True),
        (make_globs("a"), "a\n", False),
        (Globs(deny=("tmp_*",)), "tmp_x", False),
        (Globs(deny=("tmp_*",)), "x", True),
        (Globs(allow=("sales*",), deny=("*_tmp",)), "sales_tmp", False),
        (Globs(allow=("sales*",), deny=("*_tmp",)), "sales", True),
        (make_globs("[[]x"), "[x", True),
        (make_globs("[]]x"), "]x", True),
        (make_globs("x]"), "x]", True),
    ],
)
def test_globs_decide(globs: Globs, name: str, *, admitted: bool):
    assert globs.admits(name) is admitted


@pytest.mark.parametrize("glob", ["Sales_*", "SALES_*", "sales_*", "[S]ales_*"])
@pytest.mark.parametrize("name", ["sales_eu", "SALES_EU", "Sales_Eu"])
def test_case_makes_no_difference(glob: str, name: str):
    assert make_globs(glob).admits(name)
    assert not Globs(deny=(glob,)).admits(name)


@pytest.mark.parametrize(
    "glob", ["", " ", " a", "a ", "a\n", "[a", "a[", "a[b]c[", "x" * (GLOB_LIMIT + 1)]
)
def test_a_malformed_glob_is_refused(glob: str):
    with pytest.raises(ValidationError):
        make_globs(glob)
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
    globs = make_globs(name)
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
        assert not allow or any(make_globs(glob).admits(name) for glob in allow)
    for exact in globs.exact_names or ():
        assert globs.admits(exact)


@pytest.mark.parametrize(
    ("globs", "names"),
    [
        (Globs(), None),
        (Globs(deny=("a",)), None),
        (make_globs("a", "b*"), None),
        (make_globs("a?"), None),
        (make_globs("[a]"), None),
        (make_globs("B", "a", "b"), ("a", "b")),
        (Globs(allow=("a", "b"), deny=("B",)), ("a",)),
        (Globs(allow=("a",), deny=("*",)), ()),
    ],
)
def test_names_are_exact_when_no_glob_has_a_wildcard(globs: Globs, names: tuple[str, ...] | None):
    assert globs.exact_names == names


def halves(globs: list[str]) -> dict[str, object]:
    """Globs in several lists of one request: they count together."""
    half = len(globs) // 2
    return {"databases": {"deny": globs[:half]}, "jobs": {"allow": globs[half:]}}


@pytest.mark.parametrize(
    ("globs", "sentence"),
    [
        (["a*"] * (GLOBS_LIMIT + 1), "at most 1,000 globs, this one has 1,001"),
        (
            ["x" * 255] * (GLOBS_LENGTH_LIMIT // 255 + 1),
            "at most 50,000 characters, these have 50,235",
        ),
    ],
)
def test_the_filters_of_a_request_are_bounded(globs: list[str], sentence: str):
    with pytest.raises(ValidationError, match=sentence):
        ExtractionRequest.model_validate({"filters": halves(globs)})
    stored = ExtractionRequest.model_validate(
        {"filters": halves(globs)}, context={"is_stored": True}
    )
    assert stored.filters.globs == len(globs)
    assert Filters.model_validate(halves(globs)).globs == len(globs)  # those of a source


def test_filters_at_the_bounds_are_accepted():
    request = ExtractionRequest.model_validate({"filters": halves(["x" * 50] * GLOBS_LIMIT)})
    assert request.filters.globs == GLOBS_LIMIT


def test_many_stars_take_no_more_than_linear_time():
    """A pattern that went back would not end: a hundred stars on a name without their end."""
    globs = Globs(allow=("*a" * 127,) * 20, deny=("*a*b" * 60,) * 20)
    for name in ("a" * 255, "ab" * 127, "b" * 255):
        globs.admits(name)


def test_names_without_wildcards_are_found_at_once():
    globs = Globs(allow=(*(f"t{n}" for n in range(900)), "u*", "t]"))
    assert globs.admits("T899")
    assert globs.admits("u1")
    assert globs.admits("t]")
    assert not globs.admits("t900")
