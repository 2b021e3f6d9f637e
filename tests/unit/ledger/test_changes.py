"""Changes that wait in Redis: recorded, grouped, sealed, and never lost."""

from collections.abc import Sequence
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.examples import examples
from tests.unit.ledger_harness import LedgerHarness

from glueline.contract.changes import MAX_CHANGES_PER_GROUP, Batch, Change
from glueline.contract.messages import DatabaseScope, JobScope, Scope, TableScope
from glueline.ledger.changes import (
    MAX_KNOWN_EVENTS,
    EventChanges,
    RecordResult,
    due_changes,
    forget_change,
    record_changes,
)
from glueline.ledger.gauges import read_gauges

HOUR = 3_600_000
IDS = count()


def table(name: str, database: str = "d", source: str = "s") -> Change:
    return Change(source=source, scope=TableScope(database=database, name=name))


def of(scope: Scope, *, is_gone: bool = False) -> Change:
    return Change(source="s", scope=scope, is_gone=is_gone)


class ChangesHarness:
    """Records changes, each with an event of its own, and takes the batches that are due."""

    def __init__(self, harness: LedgerHarness) -> None:
        self.harness = harness

    def record(self, *changes: Change, quiet: int = 0, at_most: int = HOUR) -> RecordResult:
        return self.record_events(
            [EventChanges(f"e{next(IDS)}", [change]) for change in changes], quiet, at_most
        )

    def record_events(
        self, events: Sequence[EventChanges], quiet: int = 0, at_most: int = HOUR
    ) -> RecordResult:
        return self.harness.ledger(record_changes(self.harness.keys, events, quiet, at_most))

    def due(self, limit: int = 100) -> list[Batch]:
        return self.harness.ledger(due_changes(self.harness.keys, limit)).batches

    def forget(self, batch: Batch) -> None:
        self.harness.ledger(forget_change(self.harness.keys, batch))

    def advance(self, milliseconds: int) -> None:
        """Put the clock forward."""
        for key in (self.harness.keys.changes, self.harness.keys.sealed_changes):
            for group in self.harness.client.zrange(key, 0, -1):
                self.harness.client.zincrby(key, -milliseconds, group)

    def count_waiting(self) -> int:
        found = self.harness.ledger(read_gauges(self.harness.keys, 1000))
        assert found.oldest_change >= 0
        return found.changes

    def list_keys(self) -> list[bytes]:
        """Return all keys of changes, except that of the known events."""
        prefix = self.harness.keys.prefix
        keys = set(self.harness.client.keys(f"{prefix}change*"))
        return sorted(keys - {self.harness.keys.known_events.encode()})


@pytest.fixture
def stage(harness: LedgerHarness) -> ChangesHarness:
    return ChangesHarness(harness)


def test_a_change_is_due_once_it_has_been_quiet(stage: ChangesHarness):
    stage.record(table("a"), quiet=60_000)
    assert stage.due() == []
    stage.advance(30_000)
    stage.record(table("b"), quiet=60_000)
    stage.advance(50_000)
    assert stage.due() == []
    stage.advance(10_000)
    (batch,) = stage.due()
    assert (batch.source, set(batch.names)) == ("s", {"a", "b"})


def test_changes_that_go_on_are_due_after_a_while(stage: ChangesHarness):
    def due_at() -> float:
        return stage.harness.client.zscore(stage.harness.keys.changes, "s/database/d") or 0

    stage.record(table("a"), quiet=60_000, at_most=5_000)
    first = due_at()
    for _ in range(20):
        stage.record(table("b"), quiet=60_000, at_most=5_000)
    assert due_at() == first
    stage.advance(5_000)
    assert len(stage.due()) == 1


def test_groups_are_databases_and_the_jobs_of_a_source(stage: ChangesHarness):
    jobs = [of(JobScope(name=name)) for name in ("x", "y")]
    stage.record(table("a"), table("a", "other"), table("a", source="t"), *jobs)
    found = {batch.group: set(batch.names) for batch in stage.due()}
    assert found == {
        "s/database/d": {"a"},
        "s/database/other": {"a"},
        "t/database/d": {"a"},
        "s/jobs": {"x", "y"},
    }


def test_few_tables_stay_tables_and_more_become_the_database(stage: ChangesHarness):
    stage.record(
        *(table(f"t{n}") for n in range(MAX_CHANGES_PER_GROUP)), *(table("t0") for _ in range(50))
    )
    (batch,) = stage.due()
    assert (len(batch.names), batch.is_whole) == (MAX_CHANGES_PER_GROUP, False)
    stage.forget(batch)
    stage.record(*(table(f"t{n}") for n in range(5000)))
    (batch,) = stage.due()
    assert (batch.names, batch.is_whole) == ((), True)


def test_a_deleted_database_is_told_apart_in_any_order(stage: ChangesHarness):
    gone = of(DatabaseScope(name="d"), is_gone=True)
    stage.record(gone, table("a"), of(DatabaseScope(name="d")))
    (batch,) = stage.due()
    assert (batch.is_gone, batch.is_whole) == (True, True)


def test_an_event_is_noted_once_for_its_sources(stage: ChangesHarness):
    events = [EventChanges("e", [table("a")])]
    assert stage.record_events(events) == RecordResult(1, 0)
    assert stage.record_events(events) == RecordResult(0, 1)
    assert stage.record_events([*events, *events, EventChanges("f", [table("a")])]) == RecordResult(
        1, 2
    )
    assert stage.record_events([EventChanges("e", [table("a", source="t")])]) == RecordResult(1, 0)
    assert stage.record_events([EventChanges("g", [])]) == RecordResult(0, 0)


def test_known_events_do_not_pile_up(stage: ChangesHarness):
    for start in range(0, MAX_KNOWN_EVENTS + 1000, 7000):
        stage.record_events([EventChanges(f"x{start + n}", [table("a")]) for n in range(7000)])
    assert stage.harness.client.zcard(stage.harness.keys.known_events) == MAX_KNOWN_EVENTS


def test_a_batch_stays_until_it_is_forgotten_whoever_took_it(stage: ChangesHarness):
    stage.record(table("a"))
    (taken,) = stage.due()
    assert stage.due() == []  # another worker does not do the same at once
    stage.advance(1000)
    assert stage.due() == [taken]  # the first one died
    assert stage.count_waiting() == 1
    stage.forget(taken)
    stage.advance(1000)
    assert stage.due() == []
    assert (stage.count_waiting(), stage.list_keys()) == (0, [])


def test_what_changes_after_the_seal_is_another_batch_that_waits_for_the_first(
    stage: ChangesHarness,
):
    stage.record(table("a"))
    (first,) = stage.due()
    stage.record(table("a"), table("b"))
    stage.advance(1000)
    assert stage.due() == [first]
    assert stage.count_waiting() == 2
    stage.forget(first)
    stage.advance(1000)
    (second,) = stage.due()
    assert set(second.names) == {"a", "b"}
    assert second.batch != first.batch
    stage.forget(first)  # an answer that was lost on the way is asked for again
    stage.advance(1000)
    assert stage.due() == [second]


def test_batches_that_wait_do_not_hide_others(stage: ChangesHarness):
    stage.record(*(table("a", f"d{n}") for n in range(9)))
    seen = {batch.group for _ in range(3) for batch in stage.due(limit=3)}
    assert len(seen) == 9


def test_what_somebody_deleted_by_hand_keeps_no_other_from_being_read(stage: ChangesHarness):
    stage.record(table("a", "one"), table("a", "two"))
    stage.harness.client.delete(stage.harness.keys.change("s/database/one"))
    (two,) = stage.due()
    assert two.group == "s/database/two"
    stage.harness.client.delete(stage.harness.keys.change(f"{two.group}:sealed"))
    stage.advance(1000)
    assert stage.due() == []


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)
SCOPES = st.one_of(
    st.builds(lambda d, n: TableScope(database=d, name=n), NAMES, NAMES),
    st.builds(lambda n: DatabaseScope(name=n), NAMES),
    st.builds(lambda n: JobScope(name=n), NAMES),
)


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(SCOPES, st.sampled_from(["note", "take", "die", "later"])), max_size=12))
def test_whatever_happens_each_change_is_read_after_it_was_noted(
    stage: ChangesHarness, steps: list[tuple[Scope, str]]
):
    """Names of any characters, takers that die, changes during reads: all of it is asked for."""
    unread: set[Scope] = set()
    for scope, step in steps:
        if step == "note":
            stage.record(of(scope))
            unread.add(scope)
        elif step == "later":
            stage.advance(1000)
        else:
            for batch in stage.due():
                if step == "take":
                    unread -= find_covered(batch, unread)
                    stage.forget(batch)
    while stage.list_keys():
        stage.advance(1000)
        for batch in stage.due():
            unread -= find_covered(batch, unread)
            stage.forget(batch)
    assert unread == set()


def find_covered(batch: Batch, scopes: set[Scope]) -> set[Scope]:
    """The scopes of the batch's group that it reads."""
    mine = {scope for scope in scopes if of(scope).group == batch.group}
    return {
        scope
        for scope in mine
        if batch.is_whole or (not isinstance(scope, DatabaseScope) and scope.name in batch.names)
    }
