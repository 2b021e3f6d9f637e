"""What is lost, unreadable or too old in the ledger costs the one run that it belongs to."""

import json
from collections.abc import Callable

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.examples import examples
from tests.unit.ledger_harness import LEASE, SILENCE, LedgerHarness

from glueline.contract.messages import (
    CatalogScope,
    DatabaseScope,
    DatabaseUnit,
    ExtractionRequest,
    JobScope,
    TableUnit,
    UnitMessage,
)
from glueline.contract.runs import RunState
from glueline.ledger.checks import read_checks
from glueline.ledger.commands import Claim, make_finish_unit
from glueline.ledger.gauges import read_gauges
from glueline.ledger.results import RunResults, UnreadableUnit

PARTS = ("", ":open", ":units", ":claims", ":attempts", ":losses", ":done", ":failures")
PARTS += (":listings", ":receipts", ":warnings")
NEWER = {"schema_version": 1, "source": "default", "kind": "database", "database": "d", "newer": 1}
RECEIPT = {"file:out": {"objects": []}}


def job(name: str) -> ExtractionRequest:
    return ExtractionRequest(scope=JobScope(name=name))


def children(run_id: str, source: str = "default") -> list[UnitMessage]:
    return [DatabaseUnit(run_id=run_id, source=source, database=name) for name in "abc"]


def work_on(harness: LedgerHarness, claim: Claim) -> list[UnitMessage]:
    unit = claim.unit
    more = children(unit.run_id, unit.source) if unit.kind == "databases" else []
    harness.settle(claim, receipt=RECEIPT, listings=[unit.unit_id], children=more)
    return more


def run_out(harness: LedgerHarness, attempts: int = 3) -> dict[str, RunResults]:
    """Reconcile and work until nothing is left; return what each run committed at its end."""
    committed: dict[str, RunResults] = {}
    harness.reconcile()
    for _ in range(12):
        harness.advance(SILENCE + 1)
        due = harness.reconcile()
        for unit in due.units:
            claim, answer = harness.claim(unit)
            if answer.outcome != "claimed":
                continue
            if unit.kind != "finish":
                work_on(harness, claim)
            elif answer.state is not RunState.RUNNING:
                harness.ledger(harness.calls.finish(claim, None, keep_ms=1000))
            else:
                results = harness.ledger(harness.calls.results(unit.run_id))
                committed[unit.run_id], problem = results, results.problem
                state = RunState.FAILED if problem else RunState.SUCCEEDED
                harness.ledger(harness.calls.finish(claim, state, keep_ms=1000, reason=problem))
        for one in due.unreadable:
            harness.ledger(harness.calls.refuse(one, attempts))
    return committed


def begin(harness: LedgerHarness) -> str:
    """A run of the catalogue with units that are settled, failed, held, waiting and to be retried."""
    run = harness.open(ExtractionRequest(scope=CatalogScope()))
    databases, jobs = map(harness.take, run.units)
    harness.settle(
        databases,
        receipt=RECEIPT,
        listings=["databases"],
        warnings=["odd"],
        children=children(run.run_id),
    )
    harness.fail(jobs)
    one, two, _ = children(run.run_id)
    harness.take(one)
    harness.ledger(harness.calls.release(harness.take(two), delay_ms=1000))
    return run.run_id


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("is_spoilt", [False, True], ids=["deleted", "overwritten"])
def test_a_lost_key_costs_its_run_alone(harness: LedgerHarness, part: str, is_spoilt: bool):  # noqa: FBT001
    run_id = begin(harness)
    other = harness.open(job("other"))
    key = harness.keys.run(run_id) + part
    harness.client.delete(key)
    if is_spoilt:
        harness.client.set(key, "by hand")
    held = harness.take(other.units[0])
    assert harness.ledger(harness.calls.renew([held], LEASE)) == [True]
    harness.settle(held, receipt=RECEIPT)
    run_out(harness)
    assert harness.status(other.run_id).state is RunState.SUCCEEDED
    found = harness.ledger(harness.calls.status([run_id]))[0]
    if part == "":
        assert found is None
        assert harness.run_keys(run_id) == []
    elif part in (":claims", ":attempts", ":losses", ":warnings") and not is_spoilt:
        assert found is not None
        assert found.state in (RunState.SUCCEEDED, RunState.FAILED)
    else:
        assert found is not None
        assert found.state is RunState.FAILED
        assert "Redis lost" in (found.reason or "")
        assert harness.ledger(harness.calls.replay(found)).outcome == "broken"
    assert harness.client.smembers(harness.keys.active) == set()


def test_a_forgotten_run_is_told_of(harness: LedgerHarness):
    run = harness.open()
    harness.client.delete(harness.keys.run(run.run_id))
    (sentence,) = harness.reconcile().sentences
    assert run.run_id in sentence
    assert "Redis lost its entry" in sentence
    assert harness.reconcile().sentences == []


@pytest.mark.parametrize("is_spoilt", [False, True], ids=["deleted", "overwritten"])
@pytest.mark.parametrize("name", ["active", "runs", "watermark", "reconciler", "scope"])
def test_a_lost_key_of_all_runs_costs_none(harness: LedgerHarness, name: str, is_spoilt: bool):  # noqa: FBT001
    runs = [harness.open(job(name)) for name in "abc"]
    harness.settle(harness.take(runs[0].units[0]))
    key = harness.keys.scope(job("a")) if name == "scope" else getattr(harness.keys, name)
    harness.client.delete(key)
    if is_spoilt and name in ("watermark", "scope"):
        harness.client.hset(key, "by", "hand")
    elif is_spoilt:
        harness.client.set(key, "by hand")
    if name == "scope":
        runs.append(harness.open(job("a")))
    run_out(harness)
    assert {harness.status(run.run_id).state for run in runs} == {RunState.SUCCEEDED}


def test_a_lost_list_of_open_units_is_no_end(harness: LedgerHarness):
    """The holder that settles next must not take itself for the last one."""
    run = harness.open()
    first, _ = map(harness.take, run.units)
    harness.client.delete(f"{harness.keys.run(run.run_id)}:open")
    assert harness.settle(first) == (False, [])
    status = harness.status(run.run_id)
    assert (status.state, status.settled_units) == (RunState.FAILED, 0)


def test_what_is_no_run_is_no_active_run(harness: LedgerHarness):
    run = harness.open(job("a"))
    harness.client.sadd(harness.keys.active, "", "by hand", f"{harness.keys.prefix}run:none")
    run_out(harness)
    assert harness.status(run.run_id).state is RunState.SUCCEEDED
    assert harness.client.smembers(harness.keys.active) == set()


def test_a_stopped_run_that_lost_a_key_keeps_its_state(harness: LedgerHarness):
    run = harness.open(job("a"))
    harness.ledger(harness.calls.cancel(run.run_id, "enough"))
    harness.client.delete(f"{harness.keys.run(run.run_id)}:open")
    harness.client.set(f"{harness.keys.run(run.run_id)}:claims", "by hand")
    run_out(harness)
    status = harness.status(run.run_id)
    assert (status.state, status.reason, status.open_units) == (RunState.CANCELLED, "enough", 0)


@pytest.mark.parametrize("part", [":receipts", ":listings", ":done", ":failures", ":units"])
def test_what_was_lost_is_not_committed(harness: LedgerHarness, part: str):
    run = harness.open()
    first, second = map(harness.take, run.units)
    harness.settle(first, receipt=RECEIPT, listings=["databases"])
    harness.fail(second)
    harness.client.delete(harness.keys.run(run.run_id) + part)
    _, answer = harness.claim(make_finish_unit(run.run_id, "default"))
    assert (answer.outcome, answer.state) == ("claimed", RunState.FAILED)


def test_what_was_lost_after_the_claim_is_not_committed(harness: LedgerHarness):
    run = harness.open(job("j"))
    harness.settle(harness.take(run.units[0]), receipt=RECEIPT)
    harness.take(make_finish_unit(run.run_id, "default"))
    assert harness.ledger(harness.calls.results(run.run_id)).problem == ""
    harness.client.delete(f"{harness.keys.run(run.run_id)}:receipts")
    assert "Redis lost receipts" in harness.ledger(harness.calls.results(run.run_id)).problem


def test_a_receipt_that_is_none_is_not_committed(harness: LedgerHarness):
    run = harness.open(job("j"))
    harness.settle(harness.take(run.units[0]), receipt=RECEIPT)
    harness.client.hset(f"{harness.keys.run(run.run_id)}:receipts", "job/j", "{")
    assert "receipt of job/j" in harness.ledger(harness.calls.results(run.run_id)).problem


def test_a_run_that_is_lost_leaves_nothing_behind_by_those_who_worked_on_it(harness: LedgerHarness):
    run = harness.open()
    first, second = map(harness.take, run.units)
    harness.client.delete(harness.keys.run(run.run_id))
    assert harness.settle(first) == (False, [])
    assert not harness.ledger(harness.calls.release(second))
    assert harness.ledger(harness.calls.renew([first], LEASE)) == [False]
    assert harness.ledger(harness.calls.open_units(second, children(run.run_id))) == (False, [])
    assert not harness.client.exists(harness.keys.run(run.run_id))
    harness.reconcile()
    assert harness.run_keys(run.run_id) == []


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_deleted_at_whatever_moment_the_others_end_well(
    harness: LedgerHarness, data: st.DataObject
):
    for key in harness.client.keys(f"{harness.keys.prefix}*"):
        harness.client.delete(key)
    mine, other = harness.open(ExtractionRequest()), harness.open(ExtractionRequest(source="other"))
    units = [*mine.units, *other.units]
    moment, done = data.draw(st.integers(0, 8)), 0
    part = data.draw(st.sampled_from(PARTS))
    expected = {unit.unit_id for unit in units} | {"database/a", "database/b", "database/c"}

    def lose() -> None:
        nonlocal done
        if done == moment:
            harness.client.delete(harness.keys.run(mine.run_id) + part)
        done += 1

    def work(unit: UnitMessage) -> None:
        lose()
        claim, answer = harness.claim(unit)
        if answer.outcome != "claimed":
            return
        lose()
        for child in work_on(harness, claim):
            work(child)

    for unit in units:
        work(unit)
    committed = run_out(harness)
    assert harness.status(other.run_id).state is RunState.SUCCEEDED
    found = harness.ledger(harness.calls.status([mine.run_id]))[0]
    if found is not None and found.state is RunState.SUCCEEDED:
        results = committed[mine.run_id]
        assert set(results.receipts) == set(results.listings) == expected
    else:
        assert found is None or found.state is RunState.FAILED


def test_a_run_has_a_longest_life(harness: LedgerHarness):
    run = harness.open()
    base = harness.keys.run(run.run_id)
    life = 3_600_000
    assert harness.reconcile(life_ms=life).units == []
    for _ in range(70):  # a minute passes between two looks
        harness.client.hincrby(base, "seen", -60_000)
        harness.reconcile(life_ms=life)
    status = harness.status(run.run_id)
    assert status.state is RunState.FAILED
    assert status.reason == (
        "the run did not end within 3600 s (run_timeout); 2 of its units were open: databases, jobs"
    )
    harness.advance(SILENCE)
    assert harness.finish(run.run_id, None)
    assert harness.ledger(harness.calls.replay(harness.status(run.run_id))).outcome == "broken"


def test_a_step_of_the_clock_does_not_make_a_run_too_old(harness: LedgerHarness):
    run = harness.open()
    harness.reconcile(life_ms=3_600_000)
    harness.client.hincrby(harness.keys.run(run.run_id), "seen", -10 * 24 * 3_600_000)
    harness.reconcile(life_ms=3_600_000)
    assert harness.status(run.run_id).state is RunState.RUNNING


def test_the_finish_of_the_ledger_is_that_of_the_contract(harness: LedgerHarness):
    run = harness.open(job("j"))
    harness.client.hset(f"{harness.keys.run(run.run_id)}:units", "finish", "damaged")
    harness.settle(harness.take(run.units[0]))
    harness.advance(SILENCE + 1)
    assert harness.due_units() == [make_finish_unit(run.run_id, "default")]


# What this version cannot read


def spoil_unit(harness: LedgerHarness, run_id: str, message: str) -> None:
    harness.client.hset(f"{harness.keys.run(run_id)}:units", "database/d", message)


UNREADABLE = {
    "a field": lambda run_id: json.dumps({**NEWER, "run_id": run_id}),
    "a kind": lambda run_id: json.dumps({**NEWER, "run_id": run_id, "kind": "view"}),
    "a schema": lambda run_id: json.dumps({**NEWER, "run_id": run_id, "schema_version": 2}),
    "no JSON": lambda _: "{",
    "no text": lambda _: b"\xff\xfe",
    "nothing": lambda _: "",
    "another unit": lambda run_id: TableUnit(
        run_id=run_id, source="default", database="d", table="t"
    ).model_dump_json(),
}


@pytest.mark.parametrize("message", UNREADABLE.values(), ids=UNREADABLE)
def test_a_unit_that_cannot_be_read_costs_its_run_alone(
    harness: LedgerHarness, message: Callable[[str], str]
):
    run = harness.open(ExtractionRequest(scope=DatabaseScope(name="d")))
    other = harness.open(job("j"))
    spoil_unit(harness, run.run_id, message(run.run_id))
    run_out(harness)
    assert harness.status(other.run_id).state is RunState.SUCCEEDED
    status = harness.status(run.run_id)
    assert (status.failed_units, status.open_units) == (1, 0)
    assert status.state.is_final
    failures, _ = harness.ledger(harness.calls.failures(run.run_id)) or ([], [])
    assert [(one.unit_id, one.code, one.attempts) for one in failures] == [
        ("database/d", "unreadable", 3)
    ]
    (letter,) = harness.ledger(harness.calls.dead_letters())
    assert run.run_id in letter.reason
    assert "database/d" in letter.reason


def test_a_newer_worker_may_take_what_this_one_cannot_read(harness: LedgerHarness):
    run = harness.open(ExtractionRequest(scope=DatabaseScope(name="d")))
    whole = harness.client.hget(f"{harness.keys.run(run.run_id)}:units", "database/d")
    spoil_unit(harness, run.run_id, UNREADABLE["a field"](run.run_id))
    harness.advance(SILENCE + 1)
    (one,) = harness.reconcile().unreadable
    assert harness.ledger(harness.calls.refuse(one, 3)) == "later"
    spoil_unit(harness, run.run_id, whole)
    harness.take(run.units[0])
    assert harness.ledger(harness.calls.refuse(one, 3)) == "left"


def test_a_run_of_many_unreadable_units_leaves_one_letter(harness: LedgerHarness):
    run = harness.open()
    for unit in run.units:
        one = UnreadableUnit(run.run_id, unit.unit_id, "it is newer")
        last = harness.ledger(harness.calls.refuse(one, 1))
    assert last == make_finish_unit(run.run_id, "default")
    assert len(harness.ledger(harness.calls.dead_letters())) == 1


def test_a_claim_says_what_it_cannot_read_and_counts_the_attempt(harness: LedgerHarness):
    run = harness.open()
    base = harness.keys.run(run.run_id)
    request = json.loads(harness.client.hget(base, "request"))
    request["options"]["newer"] = True
    harness.client.hset(base, "request", json.dumps(request))
    _, answer = harness.claim(run.units[0])
    assert (answer.outcome, answer.attempts) == ("claimed", 1)
    assert "options.newer" in answer.problem


FIELDS = {
    "request": ["{", json.dumps({"kind": "request", "newer": 1}), ""],
    "summary": ["{", json.dumps({"kind": "request", "newer": 1})],
    "state": ["paused", ""],
    "generation": ["many", ""],
    "created_at": ["yesterday", "9" * 40],
    "finished_at": ["yesterday"],
    "settled": ["some"],
    "count:table": ["some"],
    "source": ["", "a/b"],
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_run_that_cannot_be_read_is_listed_beside_the_others(harness: LedgerHarness, field: str):
    good, bad = harness.open(job("good")), harness.open(job("bad"))
    for value in (*FIELDS[field], None):
        base = harness.keys.run(bad.run_id)
        harness.client.hset(base, field, value) if value is not None else harness.client.hdel(
            base, field
        )
        for call in (harness.calls.status, harness.calls.summaries):
            one, two = harness.ledger(call([good.run_id, bad.run_id]))
            assert one is not None
            assert one.request.scope == JobScope(name="good")
            assert two is None or two.run_id == bad.run_id
            if two and field in ("request", "state") and call == harness.calls.status:
                assert not two.is_readable
                assert "this version of Glueline" in (two.reason or "")
        harness.claim(bad.units[0])
        harness.ledger(read_gauges(harness.keys, SILENCE))
        harness.reconcile()


def test_failures_letters_and_checks_that_cannot_be_read_hide_no_others(harness: LedgerHarness):
    run = harness.open()
    for unit in run.units:
        harness.fail(harness.take(unit))
    harness.client.hset(f"{harness.keys.run(run.run_id)}:failures", "jobs", '{"newer": 1}')
    failures, _ = harness.ledger(harness.calls.failures(run.run_id)) or ([], [])
    assert [(one.unit_id, one.code) for one in failures] == [
        ("databases", "AccessDeniedException"),
        ("jobs", "unreadable"),
    ]
    harness.ledger(harness.calls.add_dead_letter("good", "body"))
    harness.client.lpush(harness.keys.dead, "{", b"\xff", '{"reason": "x", "newer": 1}')
    letters = harness.ledger(harness.calls.dead_letters())
    assert [letter.reason for letter in letters][-1] == "good"
    assert len(letters) == 4
    harness.client.set(harness.keys.check_report("a"), '{"newer": 1}')
    assert [one.report for one in harness.ledger(read_checks(harness.keys, ["a", "b"]))] == [
        None,
        None,
    ]


def test_a_server_that_is_full_ends_no_run(harness: LedgerHarness, monkeypatch: pytest.MonkeyPatch):
    """An error of the server is none of a key."""
    run = harness.open()
    harness.client.config_set("maxmemory", 1)
    try:
        with pytest.raises(Exception, match="maxmemory"):
            harness.reconcile()
    finally:
        harness.client.config_set("maxmemory", 0)
    assert harness.status(run.run_id).state is RunState.RUNNING


def test_listings_carry_no_filters(harness: LedgerHarness, client: redis.Redis):
    from glueline.contract.filters import Filters, Globs

    allow = tuple(f"name_{number}" for number in range(900))
    run = harness.open(ExtractionRequest(filters=Filters(tables=Globs(allow=allow))))
    call = harness.calls.summaries([run.run_id])
    (short,) = harness.ledger(call)
    assert short is not None
    assert (short.request.globs, short.request.source) == (900, "default")
    assert len(short.model_dump_json()) < 1000
    text = str(harness.ledger._scripts(call.script)(keys=call.keys, args=call.args))
    assert "name_" not in text
