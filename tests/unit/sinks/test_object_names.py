from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st

from glueline.contract.messages import encode
from glueline_worker.sinks.object_names import make_object_path, name_object, shorten_key

ANY = st.text(st.characters(), min_size=1, max_size=300)


@given(st.lists(ANY, min_size=2, max_size=2, unique=True))
def test_two_units_never_share_a_name(unit_ids: list[str]):
    first, second = map(name_object, unit_ids)
    assert first != second


CASES = st.text(
    st.sampled_from("aAbBfF%25/. éÉß\N{LATIN SMALL LETTER LONG S}K"), min_size=1, max_size=8
)


@given(st.lists(CASES, min_size=2, max_size=2, unique=True))
def test_two_names_differ_where_case_and_form_do_not_count(unit_ids: list[str]):
    first, second = (folded(name_object(unit_id)) for unit_id in unit_ids)
    assert first != second
    first, second = (folded(name_object(f"job/{encode(unit_id)}")) for unit_id in unit_ids)
    assert first != second


def folded(name: str) -> str:
    return normalize("NFKC", name).casefold()


def test_names_without_upper_case_stay_as_they_are():
    assert name_object(f"job/{encode('load café 1')}") == "job%2Fload%2520caf%25C3%25A9%25201"
    assert name_object("job/Load").startswith("job%2FLoad@")


@given(ANY)
def test_a_name_is_one_harmless_part_of_a_path(unit_id: str):
    name = name_object(unit_id)
    assert name.isascii()
    assert not set(name) & set("/\\\0 '\"\n:*?<>|")
    assert not name.startswith(".")
    assert len(name) < 240


def test_the_slash_of_an_id_and_one_within_a_name_differ():
    assert name_object(f"database/{encode('a/b')}") != name_object("database/a/b")


def test_long_names_keep_a_readable_start_and_differ():
    first, second = (name_object("job/" + "x" * 400 + end) for end in "ab")
    assert first.startswith("job%2Fxxx")
    assert first != second


def test_a_short_name_cannot_pass_for_a_shortened_one():
    shortened = name_object("x" * 400)
    assert name_object(shortened) != shortened
    assert shorten_key(shorten_key("x" * 4000)) != shorten_key("x" * 4000)


def test_objects_stand_where_query_engines_find_their_partition():
    path = make_object_path("table", "0" * 16, "database/sales", "jsonl")
    assert path == "table/run=0000000000000000/database%2Fsales.jsonl"
