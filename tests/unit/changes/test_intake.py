"""Events of EventBridge: what they make to be read again, and what of them is refused."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glueline import AsyncProducer, Producer, Settings
from glueline.changes.eventbridge import MAX_EVENTS, parse_events, parse_queue_body
from glueline.changes.intake import accept_events
from glueline.contract.changes import MAX_CHANGES_PER_GROUP, Change
from glueline.contract.errors import UsageError
from glueline.contract.messages import DatabaseScope, JobScope, TableScope
from glueline.ledger.changes import EventChanges

DATABASE, TABLE = "Glue Data Catalog Database State Change", "Glue Data Catalog Table State Change"
JOB, CRAWLER = "Glue Job State Change", "Glue Crawler State Change"


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


def make_creation(table: str, id_: str = "e1") -> dict[str, Any]:
    names = {"databaseName": "d", "typeOfChange": "CreateTable", "changedTables": [table]}
    return event(DATABASE, id_, **names)


def make_crawler_event(**detail: Any) -> dict[str, Any]:
    """As the documentation has it, where counts are texts."""
    counts = {"tablesCreated": "0", "tablesUpdated": "0", "partitionsCreated": "0"}
    return event(CRAWLER, **{"crawlerName": "c", "state": "Succeeded", **counts, **detail})


@pytest.fixture
def producer(settings: Settings) -> Iterator[Producer]:
    with Producer(settings) as the_producer:
        yield the_producer


@pytest.mark.parametrize(
    ("payload", "scopes"),
    [
        (make_creation("t1"), [TableScope(database="d", name="t1")]),
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
        (event(JOB, jobName="load", state="SUCCEEDED", jobRunId="jr_1"), [JobScope(name="load")]),
        (event(CRAWLER, crawlerName="c", state="Started"), []),
        (make_crawler_event(tablesCreated="2"), []),
        (make_crawler_event(databaseName="d"), []),
        (make_crawler_event(databaseName="d", tablesCreated="2"), [DatabaseScope(name="d")]),
        (make_crawler_event(databaseName="d", tablesCreated="2", state="Failed"), []),
        (make_crawler_event(databaseName=7, tablesCreated="2"), []),
        (
            event("Glue Crawler Table Change", databaseName="d", tableName="t"),
            [TableScope(database="d", name="t")],
        ),
        (event("Something New", a=1), []),
        (event(JOB, source="my.app", jobName=3), []),
        ([], []),
    ],
)
def test_an_event_names_the_smallest_thing_that_changed(payload: Any, scopes: list[Any]):
    found = parse_events(payload)
    assert [scope for one in found for scope in one.scopes] == scopes
    assert not any(one.is_gone for one in found)


def test_a_database_that_is_deleted_is_told_apart():
    names = {"databaseName": "d", "typeOfChange": "DeleteDatabase", "changedTables": ["t"]}
    (found,) = parse_events(event(DATABASE, **names))
    assert (found.scopes, found.is_gone) == ((DatabaseScope(name="d"),), True)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (None, "event 0"),
        ("text", "event 0"),
        ({}, "id"),
        ({**make_creation("t"), "id": 7}, "id"),
        ({**make_creation("t"), "id": "x" * 201}, "id"),
        ({**make_creation("t"), "account": 123456789012}, "account"),
        ({**make_creation("t"), "detail": "text"}, "detail"),
        ([make_creation("t"), {**make_creation("t"), "detail-type": None}], "event 1"),
        (event(DATABASE, databaseName="d", typeOfChange="x", changedTables="t"), "changedTables"),
        (event(DATABASE, databaseName="d", typeOfChange="x", changedTables=[None]), "changedT"),
        (event(DATABASE, databaseName="", typeOfChange="x"), "databaseName"),
        (event(TABLE, databaseName="d"), "tableName"),
        (event(JOB, jobName="x" * 20_000), "jobName"),
        ([make_creation("t")] * (MAX_EVENTS + 1), "too many events"),
    ],
)
def test_what_is_no_event_is_refused_in_one_sentence(payload: Any, said: str):
    with pytest.raises(UsageError, match=said) as refused:
        parse_events(payload)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def sns(message: Any) -> str:
    return json.dumps({"Type": "Notification", "MessageId": "m", "Message": message})


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(make_creation("t")),
        json.dumps([make_creation("t")]),
        sns(json.dumps(make_creation("t"))),
        sns(sns(json.dumps(make_creation("t")))),
    ],
)
def test_a_message_holds_events_also_inside_an_envelope_of_sns(body: str):
    (found,) = parse_queue_body(body)
    assert found.scopes == (TableScope(database="d", name="t"),)


@pytest.mark.parametrize(
    "body", ["", "no JSON", "[" * 100_000, "1" * 5000, "null", sns("no JSON"), sns(sns(sns("{}")))]
)
def test_a_message_that_holds_no_event_is_refused_in_one_sentence(body: str):
    with pytest.raises(UsageError) as refused:
        parse_queue_body(body)
    assert len(str(refused.value)) < 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NAMES = ["databaseName", "tableName", "jobName", "typeOfChange", "changedTables", "state"]
ODD = st.builds(
    lambda kind, names, values: event(kind, **dict(zip(names, values, strict=True))),
    st.sampled_from([DATABASE, TABLE, JOB, CRAWLER]),
    st.just(NAMES),
    st.lists(JSON | st.just("n"), min_size=len(NAMES), max_size=len(NAMES)),
)


@given(JSON | ODD | st.lists(ODD, max_size=3))
def test_any_json_is_understood_or_refused(payload: Any):
    for read in (parse_events, lambda it: parse_queue_body(json.dumps(it))):
        with suppress(UsageError):
            for one in read(payload):
                changes = [Change(source="a", scope=s, is_gone=one.is_gone) for s in one.scopes]
                assert len(EventChanges(one.id, changes).digest) == 24


def test_events_are_noted_once_however_often_they_are_delivered(producer: Producer):
    payload = [make_creation("t"), event(JOB, "e2", jobName="load"), event("Other", "e3")]
    first = accept_events(producer, payload, "default")
    assert (first.events, first.noted, first.repeated, first.ignored) == (3, 2, 0, 1)
    assert [change.scope for change in first.changes] == [
        TableScope(database="d", name="t"),
        JobScope(name="load"),
    ]
    again = accept_events(producer, payload, "default")
    assert (again.noted, again.repeated, again.ignored) == (0, 2, 1)
    assert again.changes == first.changes
    later = accept_events(producer, make_creation("t", "e4"), "default")
    assert (later.noted, later.repeated) == (1, 0)


def test_one_bad_event_among_good_ones_notes_nothing(producer: Producer):
    with pytest.raises(UsageError, match="event 1"):
        accept_events(producer, [make_creation("t"), {"id": "x"}])
    assert accept_events(producer, make_creation("t")).noted == 1


async def test_events_can_be_noted_from_an_event_loop(settings: Settings):
    change = Change(source="default", scope=TableScope(database="d", name="t"))
    async with AsyncProducer(settings) as producer:
        assert (await producer.record_changes([EventChanges("e1", [change])])).noted == 1


def test_many_changed_tables_are_their_database(producer: Producer):
    """Beside each of ten thousand short names a long one of the database would fill the memory."""
    many = [f"t{number}" for number in range(MAX_CHANGES_PER_GROUP + 1)]
    names = {"databaseName": "d", "typeOfChange": "BatchDeleteTable"}
    (found,) = parse_events(event(DATABASE, changedTables=many, **names))
    assert (found.scopes, found.is_gone) == ((DatabaseScope(name="d"),), False)
    (found,) = parse_events(event(DATABASE, changedTables=many[1:] * 2, **names))
    assert len(found.scopes) == MAX_CHANGES_PER_GROUP


def test_names_of_the_catalogue_are_told_in_lower_case_and_those_of_jobs_as_they_are():
    found = parse_events([make_creation("Orders"), event(JOB, jobName="Load")])
    assert [one.scopes[0].name for one in found] == ["orders", "Load"]
