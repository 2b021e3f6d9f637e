"""Events of EventBridge: what they make to be read again, and what of them is refused."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glueline import Producer, RunState, Settings
from glueline.contract.errors import UsageError
from glueline.contract.events import EVENTS_AT_ONCE, TABLES_AT_ONCE, changed, parse_events
from glueline.contract.messages import DatabaseScope, JobScope, TableScope
from glueline.events import accept_events

DATABASE, TABLE = "Glue Data Catalog Database State Change", "Glue Data Catalog Table State Change"
JOB = "Glue Job State Change"


def event(kind: str, id_: str = "e1", source: str = "aws.glue", **detail: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": id_,
        "detail-type": kind,
        "source": source,
        "account": "123456789012",
        "time": "2026-01-16T18:08:48Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:glue:eu-west-1:123456789012:table/d1/t1"],
        "detail": detail,
    }


def created(table: str, id_: str = "e1") -> dict[str, Any]:
    names = {"databaseName": "d", "typeOfChange": "CreateTable", "changedTables": [table]}
    return event(DATABASE, id_, **names)


@pytest.fixture
def producer(settings: Settings) -> Iterator[Producer]:
    with Producer(settings) as the_producer:
        yield the_producer


@pytest.mark.parametrize(
    ("payload", "scopes"),
    [
        (created("t1"), [TableScope(database="d", name="t1")]),
        (
            event(
                DATABASE,
                databaseName="d",
                typeOfChange="BatchDeleteTable",
                changedTables=["a", "b", "a"],
            ),
            [TableScope(database="d", name="a"), TableScope(database="d", name="b")],
        ),
        (
            event(
                TABLE,
                databaseName="d",
                tableName="t",
                typeOfChange="BatchCreatePartition",
                changedPartitions=["[1, 2026-01-01]"],
            ),
            [TableScope(database="d", name="t")],
        ),
        (
            event(DATABASE, databaseName="d", typeOfChange="CreateDatabase", changedTables=[]),
            [DatabaseScope(name="d")],
        ),
        (event(DATABASE, databaseName="d", typeOfChange="DeleteDatabase"), []),
        (event(JOB, jobName="load", state="SUCCEEDED", jobRunId="jr_1"), [JobScope(name="load")]),
        (event("Glue Crawler State Change", crawlerName="c", state="Succeeded"), []),
        (event("Something New", a=1), []),
        (event(JOB, source="my.app", jobName=3), []),
        ([], []),
    ],
)
def test_an_event_names_the_smallest_thing_that_changed(payload: Any, scopes: list[Any]):
    assert list(changed(parse_events(payload))) == scopes


def test_many_tables_of_a_database_are_read_as_the_database():
    few = [created(f"t{n}", f"e{n}") for n in range(TABLES_AT_ONCE)]
    assert len(changed(parse_events(few))) == TABLES_AT_ONCE
    many = [*few, created("one more", "last"), event(JOB, "j", jobName="d")]
    found = changed(parse_events(many))
    assert list(found) == [JobScope(name="d"), DatabaseScope(name="d")]
    assert len(found[DatabaseScope(name="d")]) == TABLES_AT_ONCE + 1


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (None, "event 0"),
        ("text", "event 0"),
        ({}, "id"),
        ({**created("t"), "id": 7}, "id"),
        ({**created("t"), "id": "x" * 201}, "id"),
        ({**created("t"), "detail": "text"}, "detail"),
        ([created("t"), {**created("t"), "detail-type": None}], "event 1"),
        (event(DATABASE, databaseName="d", typeOfChange="x", changedTables="t"), "changedTables"),
        (event(DATABASE, databaseName="d", typeOfChange="x", changedTables=[None]), "changedT"),
        (event(DATABASE, databaseName="", typeOfChange="x"), "databaseName"),
        (event(TABLE, databaseName="d"), "tableName"),
        (event(JOB, jobName="x" * 20_000), "jobName"),
        ([created("t")] * (EVENTS_AT_ONCE + 1), "too many events"),
    ],
)
def test_what_is_no_event_is_refused_in_one_sentence(payload: Any, said: str):
    with pytest.raises(UsageError, match=said) as refused:
        parse_events(payload)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ODD = st.builds(
    lambda kind, names, values: event(kind, **dict(zip(names, values, strict=True))),
    st.sampled_from([DATABASE, TABLE, JOB]),
    st.just(["databaseName", "tableName", "jobName", "typeOfChange", "changedTables"]),
    st.lists(JSON | st.just("n"), min_size=5, max_size=5),
)


@given(JSON | ODD | st.lists(ODD, max_size=3))
def test_any_json_is_understood_or_refused(payload: Any):
    with suppress(UsageError):
        assert isinstance(changed(parse_events(payload)), dict)


def test_events_open_runs_and_a_replay_opens_none(producer: Producer):
    payload = [created("t"), event(JOB, "e2", jobName="load"), event("Other", "e3")]
    first = accept_events(producer, payload, "default")
    assert (first.events, first.ignored) == (3, 1)
    assert [run.is_new for run in first.runs] == [True, True]
    again = accept_events(producer, payload, "default")
    assert [run.is_new for run in again.runs] == [False, False]
    assert {run.run_id for run in first.runs} == {run.run_id for run in producer.runs()}


def test_a_later_change_of_the_same_table_is_read_too(producer: Producer):
    (first,) = accept_events(producer, created("t", "e1")).runs
    (second,) = accept_events(producer, created("t", "e2")).runs
    assert producer.status(first.run_id).state is RunState.SUPERSEDED
    assert producer.status(second.run_id).state is RunState.RUNNING


def test_one_bad_event_among_good_ones_opens_no_run(producer: Producer):
    with pytest.raises(UsageError, match="event 1"):
        accept_events(producer, [created("t"), {"id": "x"}])
    assert producer.runs() == []
