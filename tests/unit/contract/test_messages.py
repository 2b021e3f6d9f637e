"""Messages: what may travel on the queue, and the ids of units."""

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from glueline.contract.errors import UsageError
from glueline.contract.messages import (
    MESSAGE,
    UNIT,
    CatalogScope,
    DatabaseScope,
    DatabasesUnit,
    DatabaseUnit,
    ExtractionRequest,
    FinishUnit,
    JobScope,
    JobsUnit,
    JobUnit,
    PartitionsUnit,
    TableScope,
    UnitMessage,
    encode,
    first_units,
    parse_message,
)

RUN = "0123456789abcdef"
ABOUT = {"run_id": RUN, "source": "default"}
NAMES = st.text(min_size=1, max_size=60)

UNITS = st.one_of(
    st.just(DatabasesUnit(**ABOUT)),
    st.just(JobsUnit(**ABOUT)),
    st.just(FinishUnit(**ABOUT)),
    st.builds(
        DatabaseUnit,
        run_id=st.just(RUN),
        source=st.just("default"),
        database=NAMES,
        page=st.integers(0, 10**6),
        token=st.none() | st.text(max_size=50),
    ),
    st.builds(
        PartitionsUnit,
        run_id=st.just(RUN),
        source=st.just("default"),
        database=NAMES,
        table=NAMES,
        keys=st.lists(NAMES, max_size=3).map(tuple),
    ),
    st.builds(JobUnit, run_id=st.just(RUN), source=st.just("default"), job=NAMES),
)


def what_it_is_about(unit: UnitMessage) -> dict[str, object]:
    return unit.model_dump(include={"kind", "database", "table", "job", "page"})


@given(UNITS)
def test_a_unit_survives_the_queue(unit: UnitMessage):
    payload = json.loads(json.dumps(unit.model_dump(mode="json")))
    assert parse_message(payload) == unit
    assert UNIT.validate_json(unit.model_dump_json()) == unit


@given(UNITS, UNITS)
@example(JobUnit(**ABOUT, job="."), JobUnit(**ABOUT, job="%2E"))
@example(JobUnit(**ABOUT, job="a/b"), JobUnit(**ABOUT, job="a%2Fb"))
@example(DatabaseUnit(**ABOUT, database="a", page=1), DatabaseUnit(**ABOUT, database="a/page/1"))
@example(
    PartitionsUnit(**ABOUT, database="a/b", table="c"),
    PartitionsUnit(**ABOUT, database="a", table="b/c"),
)
@example(DatabasesUnit(**ABOUT), DatabaseUnit(**ABOUT, database="s"))
def test_units_share_an_id_only_when_they_are_about_the_same(one: UnitMessage, two: UnitMessage):
    same = what_it_is_about(one) == what_it_is_about(two)
    assert (one.unit_id == two.unit_id) == same


@given(NAMES)
@example(".")
@example("..")
@example("...")
@example("a/../b")
@example("nul\x00byte")
def test_an_encoded_name_is_one_harmless_part_of_a_path(name: str):
    part = encode(name)
    assert part not in ("", ".", "..")
    assert "/" not in part
    assert part.isascii()
    assert part.isprintable()
    assert " " not in part


@pytest.mark.parametrize(
    ("scope", "ids"),
    [
        (CatalogScope(), ["databases", "jobs"]),
        (CatalogScope(include=("jobs",)), ["jobs"]),
        (CatalogScope(include=("jobs", "databases")), ["databases", "jobs"]),
        (DatabaseScope(name="a b"), ["database/a%20b"]),
        (TableScope(database="a b", name="c/d"), ["table/a%20b/c%2Fd"]),
        (JobScope(name="Load/Orders"), ["job/Load%2FOrders"]),
    ],
)
def test_a_run_starts_with_the_units_of_its_scope(scope, ids):
    units = first_units(RUN, ExtractionRequest(source="prod", scope=scope))
    assert [unit.unit_id for unit in units] == ids
    assert {unit.source for unit in units} == {"prod"}
    assert {unit.run_id for unit in units} == {RUN}


def test_a_request_needs_nothing_but_its_kind():
    assert parse_message({"kind": "request"}) == ExtractionRequest()


def test_a_request_keeps_all_that_it_says():
    payload = {
        "schema_version": 1,
        "kind": "request",
        "source": "prod",
        "scope": {"kind": "database", "name": "sales"},
        "filters": {"tables": {"allow": ["fact_*"], "deny": ["*_tmp"]}},
        "options": {"partitions": "all", "lineage": False, "raw": True, "max_deletion_share": 0.1},
        "idempotency_key": "nightly/2024-01-01",
    }
    request = parse_message(payload)
    assert isinstance(request, ExtractionRequest)
    dumped = request.model_dump(mode="json", exclude_defaults=True)
    assert dumped | {"schema_version": 1, "kind": "request"} == payload | {
        "scope": {"name": "sales"} | dumped["scope"]
    }
    assert MESSAGE.validate_json(request.model_dump_json()) == request


@pytest.mark.parametrize(
    ("payload", "names"),
    [
        (None, "object"),
        ("databases", "object"),
        ([], "object"),
        ({}, "kind"),
        ({"kind": "tables"}, "kind"),
        ({"kind": ["job"]}, "kind"),
        ({"kind": "databases", "source": "a"}, "run_id"),
        ({"kind": "databases", **ABOUT, "run_id": "../../etc"}, "run_id"),
        ({"kind": "databases", **ABOUT, "run_id": RUN + "\n"}, "run_id"),
        ({"kind": "databases", **ABOUT, "run_id": "a" * 41}, "run_id"),
        ({"kind": "databases", **ABOUT, "source": ""}, "source"),
        ({"kind": "databases", **ABOUT, "source": "a:b"}, "source"),
        ({"kind": "databases", **ABOUT, "source": "s" * 65}, "source"),
        ({"kind": "databases", **ABOUT, "sauce": "x"}, "sauce"),
        ({"kind": "databases", **ABOUT, "schema_version": 2}, "schema_version"),
        ({"kind": "job", **ABOUT}, "job"),
        ({"kind": "job", **ABOUT, "job": ""}, "job"),
        ({"kind": "job", **ABOUT, "job": "j" * 16385}, "job"),
        ({"kind": "job", **ABOUT, "job": {"Name": "x"}}, "job"),
        ({"kind": "job", **ABOUT, "job": "lone \ud800 surrogate"}, "job"),
        ({"kind": "database", **ABOUT, "database": "d", "page": -1}, "page"),
        ({"kind": "request", "scope": {"kind": "account"}}, "scope"),
        ({"kind": "request", "scope": {"kind": "database"}}, "name"),
        ({"kind": "request", "options": {"partitions": "some"}}, "partitions"),
        ({"kind": "request", "options": {"max_deletion_share": 1.5}}, "max_deletion_share"),
        ({"kind": "request", "filters": {"tables": {"allow": "a*"}}}, "allow"),
        ({"kind": "request", "idempotency_key": ""}, "idempotency_key"),
        ({"kind": "request", "idempotency_key": "k" * 201}, "idempotency_key"),
    ],
)
def test_what_is_no_message_is_refused_in_one_sentence(payload, names):
    with pytest.raises(UsageError) as refused:
        parse_message(payload)
    text = str(refused.value)
    assert text.startswith("not a Glueline message: ")
    assert names in text
    assert "\n" not in text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["kind", "run_id", "source", "scope", "job", "schema_version", "x"]
                ),
                inner | st.sampled_from(["job", "request", "database", RUN, "default"]),
                max_size=6,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_message_or_refused(payload):
    with suppress(UsageError):
        message = parse_message(payload)
        assert parse_message(message.model_dump(mode="json")) == message


def test_a_refusal_does_not_repeat_what_was_sent():
    with pytest.raises(UsageError) as refused:
        parse_message({"kind": "job", **ABOUT, "job": {"password": "hunter2"}, "page": "hunter2"})
    assert "hunter2" not in str(refused.value)
