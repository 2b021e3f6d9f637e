"""How runs end: finished, cancelled, forgotten in time, and replayed."""

import pytest
from tests.unit.ledger_harness import KEEP, LEASE, SILENCE, LedgerHarness

from glueline.contract.messages import DatabaseScope, ExtractionRequest
from glueline.contract.runs import RunState
from glueline.ledger.commands import Claim, make_finish_unit
from glueline.ledger.results import OpenRunResult
from glueline_worker.execution.run_commit import LONGEST_CLEANUP_DELAY

SALES = ExtractionRequest(scope=DatabaseScope(name="sales"))
STATES = [RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED]


@pytest.fixture
def run(harness: LedgerHarness) -> OpenRunResult:
    return harness.open()


def cancel(
    harness: LedgerHarness, run_id: str, reason: str = "enough"
) -> tuple[str, list[str]] | None:
    """Cancel a run: its state now, and the units to publish."""
    result = harness.ledger(harness.calls.cancel(run_id, reason))
    return result and (result.state, [unit.unit_id for unit in result.units])


def replay(harness: LedgerHarness, run_id: str, *units: str) -> tuple[str, list[str]]:
    answer = harness.ledger(harness.calls.replay(harness.status(run_id), units))
    return answer.outcome, sorted(unit.unit_id for unit in answer.units)


@pytest.mark.parametrize("state", STATES)
def test_a_finished_run_has_its_state_for_good(
    harness: LedgerHarness, run: OpenRunResult, state: RunState
):
    harness.run_to_end(run.units, state)
    status = harness.status(run.run_id)
    assert status.state is state
    assert status.finished_at is not None
    assert status.finished_at >= status.created_at
    assert status.open_units == 0
    assert cancel(harness, run.run_id) == (state, [])
    assert harness.status(run.run_id) == status


def test_the_end_adds_its_counts_warnings_and_reason(harness: LedgerHarness, run: OpenRunResult):
    for unit in run.units:
        harness.settle(harness.take(unit), counts={"table": 1}, warnings=["a"])
    harness.finish(
        run.run_id, RunState.FAILED, reason="no sink", counts={"deleted": 2}, warnings=["held back"]
    )
    status = harness.status(run.run_id)
    assert status.reason == "no sink"
    assert status.counts == {"deleted": 2, "table": 2, "warnings": 3}
    assert harness.ledger(harness.calls.failures(run.run_id)) == ([], ["a", "a", "held back"])


def test_the_second_end_of_a_replayed_run_takes_the_place_of_the_first(
    harness: LedgerHarness, run: OpenRunResult
):
    good, bad = run.units
    harness.settle(harness.take(good))
    harness.fail(harness.take(bad))
    harness.finish(run.run_id, RunState.PARTIAL, counts={"deleted": 3}, warnings=["held back"])
    replay(harness, run.run_id)
    harness.settle(harness.take(bad))
    harness.finish(run.run_id, counts={"deleted": 4}, warnings=["held back", "this as well"])
    assert harness.status(run.run_id).counts == {"deleted": 4, "warnings": 2}
    assert harness.ledger(harness.calls.failures(run.run_id))[1] == ["held back", "this as well"]


def test_nothing_of_a_run_outlives_it_but_the_generation(harness: LedgerHarness):
    scopes = [ExtractionRequest(scope=DatabaseScope(name=f"db{n}")) for n in range(4)]
    for scope in scopes:
        harness.run_to_end(harness.open(scope).units)
    harness.client.delete(
        *harness.client.keys(f"{harness.keys.prefix}run:*")
    )  # as if they had expired
    assert all(0 < harness.client.pttl(harness.keys.scope(scope)) <= KEEP for scope in scopes)
    last = harness.open()
    assert harness.client.zrange(harness.keys.runs, 0, -1) == [last.run_id.encode()]


def test_a_scope_whose_run_is_replayed_is_kept(harness: LedgerHarness):
    run = harness.open(SALES)
    harness.run_to_end(run.units, RunState.FAILED)
    replay(harness, run.run_id)
    assert harness.client.pttl(harness.keys.scope(SALES)) == -1


def test_the_end_of_an_older_run_leaves_the_scope_to_the_newer(harness: LedgerHarness):
    older = harness.open(SALES)
    harness.open(SALES)
    harness.finish(older.run_id, None)
    assert harness.client.pttl(harness.keys.scope(SALES)) == -1


def test_a_lost_claim_ends_nothing(harness: LedgerHarness, run: OpenRunResult):
    for unit in run.units:
        harness.settle(harness.take(unit))
    lost = harness.take(make_finish_unit(run.run_id, "default"))
    harness.advance(LEASE + 1)
    held = harness.take(lost.unit)
    for claim in (lost, Claim(lost.unit, "made up")):
        assert not harness.ledger(harness.calls.finish(claim, RunState.FAILED, keep_ms=KEEP))
    assert harness.status(run.run_id).state is RunState.RUNNING
    assert harness.ledger(harness.calls.finish(held, RunState.SUCCEEDED, keep_ms=KEEP))
    assert not harness.ledger(harness.calls.finish(held, RunState.FAILED, keep_ms=KEEP))


@pytest.mark.parametrize("end", ["succeeded", "partial", "cancelled", "superseded"])
def test_every_key_of_an_ended_run_expires(harness: LedgerHarness, end: str):
    run = harness.open()
    first, second = (harness.take(unit) for unit in run.units)
    harness.settle(first, receipt={"a": 1}, counts={"x": 1}, listings=["l"], warnings=["w"])
    if end == "partial":
        harness.fail(second)
    elif end == "succeeded":
        harness.settle(second)
    elif end == "cancelled":
        cancel(harness, run.run_id)
    else:
        harness.open()
    assert harness.finish(run.run_id, None if end in ("cancelled", "superseded") else RunState(end))
    assert harness.status(run.run_id).state == end
    keys = harness.run_keys(run.run_id)
    assert keys
    assert {key: 0 < harness.client.pttl(key) <= KEEP for key in keys} == dict.fromkeys(keys, True)
    assert not harness.client.sismember(harness.keys.active, harness.keys.run(run.run_id))


@pytest.mark.parametrize("state", STATES)
def test_only_a_run_that_can_be_replayed_keeps_what_tells_of_its_units(
    harness: LedgerHarness, run: OpenRunResult, state: RunState
):
    for unit in run.units:
        harness.settle(harness.take(unit), receipt={"a": 1}, listings=[unit.unit_id])
    harness.finish(run.run_id, state)
    base = harness.keys.run(run.run_id)
    parts = {key.removeprefix(base) for key in harness.run_keys(run.run_id)}
    kept = set() if state is RunState.SUCCEEDED else {":done", ":receipts", ":listings"}
    assert parts == {"", *kept}


def test_a_running_run_never_expires(harness: LedgerHarness, run: OpenRunResult):
    harness.settle(harness.take(run.units[0]), receipt={"a": 1}, listings=["l"], warnings=["w"])
    assert {harness.client.pttl(key) for key in harness.run_keys(run.run_id)} == {-1}


def test_cancelling_leaves_only_the_finish_open(harness: LedgerHarness, run: OpenRunResult):
    claim = harness.take(run.units[0])
    assert cancel(harness, run.run_id, "not needed: ü") == (RunState.CANCELLED, ["finish"])
    status = harness.status(run.run_id)
    assert (status.state, status.reason) == (RunState.CANCELLED, "not needed: ü")
    assert status.open_units == 1
    assert harness.settle(claim, counts={"table": 1}) == (False, [])
    assert harness.ledger(harness.calls.renew([claim], LEASE)) == [False]
    assert harness.claim(run.units[1])[1].outcome == "settled"
    _, answer = harness.claim(make_finish_unit(run.run_id, "default"))
    assert (answer.outcome, answer.state) == ("claimed", RunState.CANCELLED)


def test_cancelling_twice_changes_nothing(harness: LedgerHarness, run: OpenRunResult):
    cancel(harness, run.run_id, "first")
    before = harness.status(run.run_id)
    assert cancel(harness, run.run_id, "second") == (RunState.CANCELLED, [])
    assert harness.status(run.run_id) == before


def test_cancelling_comes_too_late_while_the_sinks_commit(
    harness: LedgerHarness, run: OpenRunResult
):
    for unit in run.units:
        harness.settle(harness.take(unit))
    claim = harness.take(make_finish_unit(run.run_id, "default"))
    assert cancel(harness, run.run_id) == (RunState.RUNNING, [])
    assert harness.ledger(harness.calls.finish(claim, RunState.SUCCEEDED, keep_ms=KEEP))
    assert harness.status(run.run_id).state is RunState.SUCCEEDED


def test_cancelling_is_in_time_before_the_finish_is_claimed(
    harness: LedgerHarness, run: OpenRunResult
):
    for unit in run.units:
        harness.settle(harness.take(unit))
    assert cancel(harness, run.run_id) == (RunState.CANCELLED, ["finish"])
    assert harness.finish(run.run_id, None)
    assert harness.status(run.run_id).state is RunState.CANCELLED


def test_an_unknown_run_cannot_be_cancelled(harness: LedgerHarness):
    assert cancel(harness, "f" * 32) is None
    assert harness.run_keys("f" * 32) == []


@pytest.mark.parametrize("state", [RunState.PARTIAL, RunState.FAILED])
def test_failed_units_run_again_in_the_same_run(
    harness: LedgerHarness, run: OpenRunResult, state: RunState
):
    good, bad = run.units
    harness.settle(harness.take(good), counts={"table": 1}, listings=["databases"])
    harness.fail(harness.take(bad))
    harness.finish(run.run_id, state, reason="no")
    assert replay(harness, run.run_id) == ("replayed", ["jobs"])
    status = harness.status(run.run_id)
    assert (status.state, status.generation) == (RunState.RUNNING, run.generation)
    assert (status.open_units, status.settled_units, status.failed_units) == (1, 1, 0)
    assert (status.finished_at, status.reason) == (None, None)
    assert {harness.client.pttl(key) for key in harness.run_keys(run.run_id)} == {-1}
    claim, answer = harness.claim(bad)
    assert answer.attempts == 1
    assert harness.settle(claim, counts={"table": 2}) == (True, ["finish"])
    assert harness.ledger(harness.calls.results(run.run_id)).listings == ["databases"]
    assert harness.finish(run.run_id)
    status = harness.status(run.run_id)
    assert (status.state, status.counts) == (RunState.SUCCEEDED, {"table": 3})


def test_only_the_named_units_run_again(harness: LedgerHarness, run: OpenRunResult):
    harness.run_to_end(run.units, RunState.FAILED)
    assert replay(harness, run.run_id, "jobs", "job/never", "jobs") == ("replayed", ["jobs"])
    assert harness.status(run.run_id).failed_units == 1
    harness.settle(harness.take(run.units[1]))
    harness.finish(run.run_id, RunState.PARTIAL)
    assert replay(harness, run.run_id) == ("replayed", ["databases"])


def test_a_replayed_unit_whose_message_is_lost_is_due(harness: LedgerHarness, run: OpenRunResult):
    harness.run_to_end(run.units, RunState.FAILED)
    replay(harness, run.run_id)
    harness.advance(SILENCE + 1)
    assert sorted(unit.unit_id for unit in harness.due_units()) == ["databases", "jobs"]


def test_a_replay_is_refused_with_the_reason(harness: LedgerHarness):
    run = harness.open(SALES)
    assert replay(harness, run.run_id) == ("running", [])
    harness.run_to_end(run.units, RunState.FAILED)
    assert replay(harness, run.run_id, "databases") == ("nothing", [])
    assert harness.status(run.run_id).state is RunState.FAILED
    newer = harness.open(SALES)
    assert replay(harness, run.run_id) == ("newer", [])
    harness.run_to_end(newer.units)
    assert replay(harness, newer.run_id) == ("succeeded", [])
    assert replay(harness, run.run_id) == ("newer", [])


def test_a_cancelled_run_is_not_replayed(harness: LedgerHarness, run: OpenRunResult):
    harness.fail(harness.take(run.units[0]))
    cancel(harness, run.run_id)
    harness.finish(run.run_id, None)
    assert replay(harness, run.run_id) == ("cancelled", [])


def test_a_forgotten_run_is_not_replayed(harness: LedgerHarness, run: OpenRunResult):
    harness.run_to_end(run.units, RunState.FAILED)
    status = harness.status(run.run_id)
    harness.client.delete(*harness.run_keys(run.run_id))
    assert harness.ledger(harness.calls.replay(status)).outcome == "unknown"
    assert harness.run_keys(run.run_id) == []


def test_a_run_whose_results_could_not_be_committed_is_finished_again(
    harness: LedgerHarness, run: OpenRunResult
):
    for unit in run.units:
        harness.settle(harness.take(unit))
    harness.finish(run.run_id, RunState.FAILED, reason="the disk was full")
    assert replay(harness, run.run_id, "jobs") == ("nothing", [])
    assert replay(harness, run.run_id) == ("replayed", ["finish"])
    assert harness.status(run.run_id).state is RunState.RUNNING
    harness.finish(run.run_id, RunState.SUCCEEDED)
    assert harness.status(run.run_id).state is RunState.SUCCEEDED


def test_a_stopped_run_that_is_not_cleaned_up_yet_says_so_until_it_is(
    harness: LedgerHarness, run: OpenRunResult
):
    cancel(harness, run.run_id)
    finish = make_finish_unit(run.run_id, "default")

    def postpone(warning: str) -> None:
        claim = harness.take(finish)
        assert harness.ledger(harness.calls.postpone(claim, delay_ms=1000, warning=warning))

    for sentence in ["away", "away", "still away", *["still away"] * 10]:
        postpone(sentence)
        assert harness.ledger(harness.calls.failures(run.run_id)) == ([], [sentence])
    assert harness.status(run.run_id).counts["warnings"] == 1
    assert harness.status(run.run_id).open_units == 1
    assert harness.due_units() == []
    harness.advance(1001)
    assert harness.due_units() == [finish]
    lost = Claim(finish, "other")
    assert not harness.ledger(harness.calls.postpone(lost, delay_ms=1, warning="lost"))
    assert harness.finish(run.run_id, None)
    assert harness.ledger(harness.calls.failures(run.run_id)) == ([], [])
    assert harness.status(run.run_id).state is RunState.CANCELLED
    assert harness.status(run.run_id).open_units == 0


def test_a_long_pause_before_cleaning_is_no_step_of_the_clock(
    harness: LedgerHarness, run: OpenRunResult
):
    cancel(harness, run.run_id)
    finish = make_finish_unit(run.run_id, "default")
    claim = harness.take(finish)
    pause = int(LONGEST_CLEANUP_DELAY * 1000)
    assert harness.ledger(harness.calls.postpone(claim, delay_ms=pause, warning="away"))
    assert harness.due_units() == []
    harness.advance(pause // 2)
    assert harness.due_units() == []
    harness.advance(pause // 2 + 1)
    assert harness.due_units() == [finish]
