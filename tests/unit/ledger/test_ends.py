"""How runs end: finished, cancelled, forgotten in time, and replayed."""

import pytest
from tests.unit.ledger_harness import KEEP, LEASE, SILENCE, Desk

from glueline.contract.messages import DatabaseScope, ExtractionRequest
from glueline.contract.runs import RunState
from glueline.ledger.commands import Claim, finish_unit
from glueline.ledger.results import OpenRunResult
from glueline_worker.execution.run_commit import LONGEST_CLEANUP_DELAY

SALES = ExtractionRequest(scope=DatabaseScope(name="sales"))
STATES = [RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED]


@pytest.fixture
def run(desk: Desk) -> OpenRunResult:
    return desk.open()


def cancel(desk: Desk, run_id: str, reason: str = "enough") -> str | None:
    return desk.ledger(desk.calls.cancel(run_id, "default", reason))


def replay(desk: Desk, run_id: str, *units: str) -> tuple[str, list[str]]:
    answer = desk.ledger(desk.calls.replay(desk.status(run_id), units))
    return answer.outcome, sorted(unit.unit_id for unit in answer.units)


@pytest.mark.parametrize("state", STATES)
def test_a_finished_run_has_its_state_for_good(desk: Desk, run: OpenRunResult, state: RunState):
    desk.run_to_end(run.units, state)
    status = desk.status(run.run_id)
    assert status.state is state
    assert status.finished_at is not None
    assert status.finished_at >= status.created_at
    assert status.open_units == 0
    assert cancel(desk, run.run_id) == state
    assert desk.status(run.run_id) == status


def test_the_end_adds_its_counts_warnings_and_reason(desk: Desk, run: OpenRunResult):
    for unit in run.units:
        desk.settle(desk.take(unit), counts={"table": 1}, warnings=["a"])
    desk.finish(
        run.run_id, RunState.FAILED, reason="no sink", counts={"deleted": 2}, warnings=["held back"]
    )
    status = desk.status(run.run_id)
    assert status.reason == "no sink"
    assert status.counts == {"deleted": 2, "table": 2, "warnings": 3}
    assert desk.ledger(desk.calls.failures(run.run_id)) == ([], ["a", "a", "held back"])


def test_the_second_end_of_a_replayed_run_takes_the_place_of_the_first(
    desk: Desk, run: OpenRunResult
):
    good, bad = run.units
    desk.settle(desk.take(good))
    desk.fail(desk.take(bad))
    desk.finish(run.run_id, RunState.PARTIAL, counts={"deleted": 3}, warnings=["held back"])
    replay(desk, run.run_id)
    desk.settle(desk.take(bad))
    desk.finish(run.run_id, counts={"deleted": 4}, warnings=["held back", "this as well"])
    assert desk.status(run.run_id).counts == {"deleted": 4, "warnings": 2}
    assert desk.ledger(desk.calls.failures(run.run_id))[1] == ["held back", "this as well"]


def test_nothing_of_a_run_outlives_it_but_the_generation(desk: Desk):
    scopes = [ExtractionRequest(scope=DatabaseScope(name=f"db{n}")) for n in range(4)]
    for scope in scopes:
        desk.run_to_end(desk.open(scope).units)
    desk.client.delete(*desk.client.keys(f"{desk.keys.prefix}run:*"))  # as if they had expired
    assert all(0 < desk.client.pttl(desk.keys.scope(scope)) <= KEEP for scope in scopes)
    last = desk.open()
    assert desk.client.zrange(desk.keys.runs, 0, -1) == [last.run_id.encode()]


def test_a_scope_whose_run_is_replayed_is_kept(desk: Desk):
    run = desk.open(SALES)
    desk.run_to_end(run.units, RunState.FAILED)
    replay(desk, run.run_id)
    assert desk.client.pttl(desk.keys.scope(SALES)) == -1


def test_the_end_of_an_older_run_leaves_the_scope_to_the_newer(desk: Desk):
    older = desk.open(SALES)
    desk.open(SALES)
    desk.finish(older.run_id, None)
    assert desk.client.pttl(desk.keys.scope(SALES)) == -1


def test_a_lost_claim_ends_nothing(desk: Desk, run: OpenRunResult):
    for unit in run.units:
        desk.settle(desk.take(unit))
    lost = desk.take(finish_unit(run.run_id, "default"))
    desk.later(LEASE + 1)
    held = desk.take(lost.unit)
    for claim in (lost, Claim(lost.unit, "made up")):
        assert not desk.ledger(desk.calls.finish(claim, RunState.FAILED, keep_ms=KEEP))
    assert desk.status(run.run_id).state is RunState.RUNNING
    assert desk.ledger(desk.calls.finish(held, RunState.SUCCEEDED, keep_ms=KEEP))
    assert not desk.ledger(desk.calls.finish(held, RunState.FAILED, keep_ms=KEEP))


@pytest.mark.parametrize("end", ["succeeded", "partial", "cancelled", "superseded"])
def test_every_key_of_an_ended_run_expires(desk: Desk, end: str):
    run = desk.open()
    first, second = (desk.take(unit) for unit in run.units)
    desk.settle(first, receipt={"a": 1}, counts={"x": 1}, listings=["l"], warnings=["w"])
    if end == "partial":
        desk.fail(second)
    elif end == "succeeded":
        desk.settle(second)
    elif end == "cancelled":
        cancel(desk, run.run_id)
    else:
        desk.open()
    assert desk.finish(run.run_id, None if end in ("cancelled", "superseded") else RunState(end))
    assert desk.status(run.run_id).state == end
    keys = desk.keys_of(run.run_id)
    assert keys
    assert {key: 0 < desk.client.pttl(key) <= KEEP for key in keys} == dict.fromkeys(keys, True)
    assert not desk.client.sismember(desk.keys.active, desk.keys.run(run.run_id))


def test_a_running_run_never_expires(desk: Desk, run: OpenRunResult):
    desk.settle(desk.take(run.units[0]), receipt={"a": 1}, listings=["l"], warnings=["w"])
    assert {desk.client.pttl(key) for key in desk.keys_of(run.run_id)} == {-1}


def test_cancelling_leaves_only_the_finish_open(desk: Desk, run: OpenRunResult):
    claim = desk.take(run.units[0])
    assert cancel(desk, run.run_id, "not needed: ü") == "running"
    status = desk.status(run.run_id)
    assert (status.state, status.reason) == (RunState.CANCELLED, "not needed: ü")
    assert status.open_units == 1
    assert desk.settle(claim, counts={"table": 1}) == (False, [])
    assert desk.ledger(desk.calls.renew([claim], LEASE)) == [False]
    assert desk.claim(run.units[1])[1].outcome == "settled"
    _, answer = desk.claim(finish_unit(run.run_id, "default"))
    assert (answer.outcome, answer.state) == ("claimed", RunState.CANCELLED)


def test_cancelling_twice_changes_nothing(desk: Desk, run: OpenRunResult):
    cancel(desk, run.run_id, "first")
    before = desk.status(run.run_id)
    assert cancel(desk, run.run_id, "second") == "cancelled"
    assert desk.status(run.run_id) == before


def test_cancelling_comes_too_late_while_the_sinks_commit(desk: Desk, run: OpenRunResult):
    for unit in run.units:
        desk.settle(desk.take(unit))
    claim = desk.take(finish_unit(run.run_id, "default"))
    assert cancel(desk, run.run_id) == "finishing"
    assert desk.ledger(desk.calls.finish(claim, RunState.SUCCEEDED, keep_ms=KEEP))
    assert desk.status(run.run_id).state is RunState.SUCCEEDED


def test_cancelling_is_in_time_before_the_finish_is_claimed(desk: Desk, run: OpenRunResult):
    for unit in run.units:
        desk.settle(desk.take(unit))
    assert cancel(desk, run.run_id) == "running"
    assert desk.finish(run.run_id, None)
    assert desk.status(run.run_id).state is RunState.CANCELLED


def test_an_unknown_run_cannot_be_cancelled(desk: Desk):
    assert cancel(desk, "f" * 32) is None
    assert desk.keys_of("f" * 32) == []


@pytest.mark.parametrize("state", [RunState.PARTIAL, RunState.FAILED])
def test_failed_units_run_again_in_the_same_run(desk: Desk, run: OpenRunResult, state: RunState):
    good, bad = run.units
    desk.settle(desk.take(good), counts={"table": 1}, listings=["databases"])
    desk.fail(desk.take(bad))
    desk.finish(run.run_id, state, reason="no")
    assert replay(desk, run.run_id) == ("replayed", ["jobs"])
    status = desk.status(run.run_id)
    assert (status.state, status.generation) == (RunState.RUNNING, run.generation)
    assert (status.open_units, status.settled_units, status.failed_units) == (1, 1, 0)
    assert (status.finished_at, status.reason) == (None, None)
    assert {desk.client.pttl(key) for key in desk.keys_of(run.run_id)} == {-1}
    claim, answer = desk.claim(bad)
    assert answer.attempts == 1
    assert desk.settle(claim, counts={"table": 2}) == (True, ["finish"])
    assert desk.finish(run.run_id)
    status = desk.status(run.run_id)
    assert (status.state, status.counts) == (RunState.SUCCEEDED, {"table": 3})
    assert desk.ledger(desk.calls.results(run.run_id)).listings == ["databases"]


def test_only_the_named_units_run_again(desk: Desk, run: OpenRunResult):
    desk.run_to_end(run.units, RunState.FAILED)
    assert replay(desk, run.run_id, "jobs", "job/never", "jobs") == ("replayed", ["jobs"])
    assert desk.status(run.run_id).failed_units == 1
    desk.settle(desk.take(run.units[1]))
    desk.finish(run.run_id, RunState.PARTIAL)
    assert replay(desk, run.run_id) == ("replayed", ["databases"])


def test_a_replayed_unit_whose_message_is_lost_is_due(desk: Desk, run: OpenRunResult):
    desk.run_to_end(run.units, RunState.FAILED)
    replay(desk, run.run_id)
    desk.later(SILENCE + 1)
    assert sorted(unit.unit_id for unit in desk.due()) == ["databases", "jobs"]


def test_a_replay_is_refused_with_the_reason(desk: Desk):
    run = desk.open(SALES)
    assert replay(desk, run.run_id) == ("running", [])
    desk.run_to_end(run.units, RunState.FAILED)
    assert replay(desk, run.run_id, "databases") == ("nothing", [])
    assert desk.status(run.run_id).state is RunState.FAILED
    newer = desk.open(SALES)
    assert replay(desk, run.run_id) == ("newer", [])
    desk.run_to_end(newer.units)
    assert replay(desk, newer.run_id) == ("succeeded", [])
    assert replay(desk, run.run_id) == ("newer", [])


def test_a_cancelled_run_is_not_replayed(desk: Desk, run: OpenRunResult):
    desk.fail(desk.take(run.units[0]))
    cancel(desk, run.run_id)
    desk.finish(run.run_id, None)
    assert replay(desk, run.run_id) == ("cancelled", [])


def test_a_forgotten_run_is_not_replayed(desk: Desk, run: OpenRunResult):
    desk.run_to_end(run.units, RunState.FAILED)
    status = desk.status(run.run_id)
    desk.client.delete(*desk.keys_of(run.run_id))
    assert desk.ledger(desk.calls.replay(status)).outcome == "unknown"
    assert desk.keys_of(run.run_id) == []


def test_a_run_whose_results_could_not_be_committed_is_finished_again(
    desk: Desk, run: OpenRunResult
):
    for unit in run.units:
        desk.settle(desk.take(unit))
    desk.finish(run.run_id, RunState.FAILED, reason="the disk was full")
    assert replay(desk, run.run_id, "jobs") == ("nothing", [])
    assert replay(desk, run.run_id) == ("replayed", ["finish"])
    assert desk.status(run.run_id).state is RunState.RUNNING
    desk.finish(run.run_id, RunState.SUCCEEDED)
    assert desk.status(run.run_id).state is RunState.SUCCEEDED


def test_a_stopped_run_that_is_not_cleaned_up_yet_says_so_until_it_is(
    desk: Desk, run: OpenRunResult
):
    cancel(desk, run.run_id)
    finish = finish_unit(run.run_id, "default")

    def postpone(warning: str) -> None:
        claim = desk.take(finish)
        assert desk.ledger(desk.calls.postpone(claim, delay_ms=1000, warning=warning))

    for sentence in ["away", "away", "still away", *["still away"] * 10]:
        postpone(sentence)
        assert desk.ledger(desk.calls.failures(run.run_id)) == ([], [sentence])
    assert desk.status(run.run_id).counts["warnings"] == 1
    assert desk.status(run.run_id).open_units == 1
    assert desk.due() == []
    desk.later(1001)
    assert desk.due() == [finish]
    lost = Claim(finish, "other")
    assert not desk.ledger(desk.calls.postpone(lost, delay_ms=1, warning="lost"))
    assert desk.finish(run.run_id, None)
    assert desk.ledger(desk.calls.failures(run.run_id)) == ([], [])
    assert desk.status(run.run_id).state is RunState.CANCELLED
    assert desk.status(run.run_id).open_units == 0


def test_a_long_pause_before_cleaning_is_no_step_of_the_clock(desk: Desk, run: OpenRunResult):
    cancel(desk, run.run_id)
    finish = finish_unit(run.run_id, "default")
    claim = desk.take(finish)
    pause = int(LONGEST_CLEANUP_DELAY * 1000)
    assert desk.ledger(desk.calls.postpone(claim, delay_ms=pause, warning="away"))
    assert desk.due() == []
    desk.later(pause // 2)
    assert desk.due() == []
    desk.later(pause // 2 + 1)
    assert desk.due() == [finish]
