"""Changes that wait in Redis: noted, gathered, sealed, and never lost."""

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


class Notes:
    """Notes changes, each with an event of its own, and takes what is due."""

    def __init__(self, harness: LedgerHarness) -> None:
        self.harness = harness

    def note(self, *changes: Change, quiet: int = 0, at_most: int = HOUR) -> RecordResult:
        return self.tell(
            [EventChanges(f"e{next(IDS)}", [change]) for change in changes], quiet, at_most
        )

    def tell(
        self, told: Sequence[EventChanges], quiet: int = 0, at_most: int = HOUR
    ) -> RecordResult:
        return self.harness.ledger(record_changes(self.harness.keys, told, quiet, at_most))

    def due(self, limit: int = 100) -> list[Batch]:
        return self.harness.ledger(due_changes(self.harness.keys, limit)).batches

    def forget(self, batch: Batch) -> None:
        self.harness.ledger(forget_change(self.harness.keys, batch))

    def later(self, milliseconds: int) -> None:
        """Put the clock forward."""
        for key in (self.harness.keys.changes, self.harness.keys.sealed_changes):
            for group in self.harness.client.zrange(key, 0, -1):
                self.harness.client.zincrby(key, -milliseconds, group)

    def waiting(self) -> int:
        found = self.harness.ledger(read_gauges(self.harness.keys, 1000))
        assert found.oldest_change >= 0
        return found.changes

    def left(self) -> list[bytes]:
        """All keys of changes, but that of the known events."""
        prefix = self.harness.keys.prefix
        keys = set(self.harness.client.keys(f"{prefix}change*"))
        return sorted(keys - {self.harness.keys.known_events.encode()})


@pytest.fixture
def notes(harness: LedgerHarness) -> Notes:
    return Notes(harness)


def test_a_change_is_due_once_it_has_been_quiet(notes: Notes):
    notes.note(table("a"), quiet=60_000)
    assert notes.due() == []
    notes.later(30_000)
    notes.note(table("b"), quiet=60_000)
    notes.later(50_000)
    assert notes.due() == []
    notes.later(10_000)
    (batch,) = notes.due()
    assert (batch.source, set(batch.names)) == ("s", {"a", "b"})


def test_changes_that_go_on_are_due_after_a_while(notes: Notes):
    def due_at() -> float:
        return notes.harness.client.zscore(notes.harness.keys.changes, "s/database/d") or 0

    notes.note(table("a"), quiet=60_000, at_most=5_000)
    first = due_at()
    for _ in range(20):
        notes.note(table("b"), quiet=60_000, at_most=5_000)
    assert due_at() == first
    notes.later(5_000)
    assert len(notes.due()) == 1


def test_groups_are_databases_and_the_jobs_of_a_source(notes: Notes):
    jobs = [of(JobScope(name=name)) for name in ("x", "y")]
    notes.note(table("a"), table("a", "other"), table("a", source="t"), *jobs)
    found = {batch.group: set(batch.names) for batch in notes.due()}
    assert found == {
        "s/database/d": {"a"},
        "s/database/other": {"a"},
        "t/database/d": {"a"},
        "s/jobs": {"x", "y"},
    }


def test_few_tables_stay_tables_and_more_become_the_database(notes: Notes):
    notes.note(
        *(table(f"t{n}") for n in range(MAX_CHANGES_PER_GROUP)), *(table("t0") for _ in range(50))
    )
    (batch,) = notes.due()
    assert (len(batch.names), batch.is_whole) == (MAX_CHANGES_PER_GROUP, False)
    notes.forget(batch)
    notes.note(*(table(f"t{n}") for n in range(5000)))
    (batch,) = notes.due()
    assert (batch.names, batch.is_whole) == ((), True)


def test_a_deleted_database_is_told_apart_in_any_order(notes: Notes):
    gone = of(DatabaseScope(name="d"), is_gone=True)
    notes.note(gone, table("a"), of(DatabaseScope(name="d")))
    (batch,) = notes.due()
    assert (batch.is_gone, batch.is_whole) == (True, True)


def test_an_event_is_noted_once_for_its_sources(notes: Notes):
    told = [EventChanges("e", [table("a")])]
    assert notes.tell(told) == RecordResult(1, 0)
    assert notes.tell(told) == RecordResult(0, 1)
    assert notes.tell([*told, *told, EventChanges("f", [table("a")])]) == RecordResult(1, 2)
    assert notes.tell([EventChanges("e", [table("a", source="t")])]) == RecordResult(1, 0)
    assert notes.tell([EventChanges("g", [])]) == RecordResult(0, 0)


def test_known_events_do_not_pile_up(notes: Notes):
    for start in range(0, MAX_KNOWN_EVENTS + 1000, 7000):
        notes.tell([EventChanges(f"x{start + n}", [table("a")]) for n in range(7000)])
    assert notes.harness.client.zcard(notes.harness.keys.known_events) == MAX_KNOWN_EVENTS


def test_a_batch_stays_until_it_is_forgotten_whoever_took_it(notes: Notes):
    notes.note(table("a"))
    (taken,) = notes.due()
    assert notes.due() == []  # another worker does not do the same at once
    notes.later(1000)
    assert notes.due() == [taken]  # the first one died
    assert notes.waiting() == 1
    notes.forget(taken)
    notes.later(1000)
    assert notes.due() == []
    assert (notes.waiting(), notes.left()) == (0, [])


def test_what_changes_after_the_seal_is_another_batch_that_waits_for_the_first(notes: Notes):
    notes.note(table("a"))
    (first,) = notes.due()
    notes.note(table("a"), table("b"))
    notes.later(1000)
    assert notes.due() == [first]
    assert notes.waiting() == 2
    notes.forget(first)
    notes.later(1000)
    (second,) = notes.due()
    assert set(second.names) == {"a", "b"}
    assert second.batch != first.batch
    notes.forget(first)  # an answer that was lost on the way is asked for again
    notes.later(1000)
    assert notes.due() == [second]


def test_batches_that_wait_do_not_hide_others(notes: Notes):
    notes.note(*(table("a", f"d{n}") for n in range(9)))
    seen = {batch.group for _ in range(3) for batch in notes.due(limit=3)}
    assert len(seen) == 9


def test_what_somebody_deleted_by_hand_keeps_no_other_from_being_read(notes: Notes):
    notes.note(table("a", "one"), table("a", "two"))
    notes.harness.client.delete(notes.harness.keys.change("s/database/one"))
    (two,) = notes.due()
    assert two.group == "s/database/two"
    notes.harness.client.delete(notes.harness.keys.change(f"{two.group}:sealed"))
    notes.later(1000)
    assert notes.due() == []


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
    notes: Notes, steps: list[tuple[Scope, str]]
):
    """Names of any characters, takers that die, changes during reads: all of it is asked for."""
    unread: set[Scope] = set()
    for scope, step in steps:
        if step == "note":
            notes.note(of(scope))
            unread.add(scope)
        elif step == "later":
            notes.later(1000)
        else:
            for batch in notes.due():
                if step == "take":
                    unread -= covered(batch, unread)
                    notes.forget(batch)
    while notes.left():
        notes.later(1000)
        for batch in notes.due():
            unread -= covered(batch, unread)
            notes.forget(batch)
    assert unread == set()


def covered(batch: Batch, scopes: set[Scope]) -> set[Scope]:
    """The scopes of the batch's group that it reads."""
    mine = {scope for scope in scopes if of(scope).group == batch.group}
    return {
        scope
        for scope in mine
        if batch.is_whole or (not isinstance(scope, DatabaseScope) and scope.name in batch.names)
    }
