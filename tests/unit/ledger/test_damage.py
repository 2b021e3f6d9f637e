"""What is lost, unreadable or too old in the ledger costs the one run that it belongs to."""

import json
from collections.abc import Callable

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.examples import examples
from tests.unit.ledger_harness import LEASE, SILENCE, Desk

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
from glueline.ledger.commands import Claim, finish_unit
from glueline.ledger.gauges import gauges
from glueline.ledger.results import UnreadableUnit

PARTS = ("", ":open", ":units", ":claims", ":attempts", ":losses", ":done", ":failures")
PARTS += (":listings", ":receipts", ":warnings")
NEWER = {"schema_version": 1, "source": "default", "kind": "database", "database": "d", "newer": 1}
RECEIPT = {"file:out": {"objects": []}}


def job(name: str) -> ExtractionRequest:
    return ExtractionRequest(scope=JobScope(name=name))


def children(run_id: str, source: str = "default") -> list[UnitMessage]:
    return [DatabaseUnit(run_id=run_id, source=source, database=name) for name in "abc"]


def work_on(desk: Desk, claim: Claim) -> list[UnitMessage]:
    unit = claim.unit
    more = children(unit.run_id, unit.source) if unit.kind == "databases" else []
    desk.settle(claim, receipt=RECEIPT, listings=[unit.unit_id], children=more)
    return more


def run_out(desk: Desk, attempts: int = 3) -> None:
    """Reconcile and work until nothing is left; what fails on the way fails the test."""
    desk.look()
    for _ in range(12):
        desk.later(SILENCE + 1)
        due = desk.look()
        for unit in due.units:
            claim, answer = desk.claim(unit)
            if answer.outcome != "claimed":
                continue
            if unit.kind != "finish":
                work_on(desk, claim)
            elif answer.state is not RunState.RUNNING:
                desk.ledger(desk.calls.finish(claim, None, keep_ms=1000))
            else:
                problem = desk.ledger(desk.calls.results(unit.run_id)).problem
                state = RunState.FAILED if problem else RunState.SUCCEEDED
                desk.ledger(desk.calls.finish(claim, state, keep_ms=1000, reason=problem))
        for one in due.unreadable:
            desk.ledger(desk.calls.refuse(one, attempts))


def begin(desk: Desk) -> str:
    """A run of the catalogue with units that are settled, failed, held, waiting and to be retried."""
    run = desk.open(ExtractionRequest(scope=CatalogScope()))
    databases, jobs = map(desk.take, run.units)
    desk.settle(
        databases,
        receipt=RECEIPT,
        listings=["databases"],
        warnings=["odd"],
        children=children(run.run_id),
    )
    desk.fail(jobs)
    one, two, _ = children(run.run_id)
    desk.take(one)
    desk.ledger(desk.calls.release(desk.take(two), delay_ms=1000))
    return run.run_id


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("is_spoilt", [False, True], ids=["deleted", "overwritten"])
def test_a_lost_key_costs_its_run_alone(desk: Desk, part: str, is_spoilt: bool):  # noqa: FBT001
    run_id = begin(desk)
    other = desk.open(job("other"))
    key = desk.keys.run(run_id) + part
    desk.client.delete(key)
    if is_spoilt:
        desk.client.set(key, "by hand")
    held = desk.take(other.units[0])
    assert desk.ledger(desk.calls.renew([held], LEASE)) == [True]
    desk.settle(held, receipt=RECEIPT)
    run_out(desk)
    assert desk.status(other.run_id).state is RunState.SUCCEEDED
    found = desk.ledger(desk.calls.status([run_id]))[0]
    if part == "":
        assert found is None
        assert desk.keys_of(run_id) == []
    elif part in (":claims", ":attempts", ":losses", ":warnings") and not is_spoilt:
        assert found is not None
        assert found.state in (RunState.SUCCEEDED, RunState.FAILED)
    else:
        assert found is not None
        assert found.state is RunState.FAILED
        assert "Redis lost" in (found.reason or "")
        assert desk.ledger(desk.calls.replay(found)).outcome == "broken"
    assert desk.client.smembers(desk.keys.active) == set()


def test_a_forgotten_run_is_told_of(desk: Desk):
    run = desk.open()
    desk.client.delete(desk.keys.run(run.run_id))
    (sentence,) = desk.look().sentences
    assert run.run_id in sentence
    assert "Redis lost its entry" in sentence
    assert desk.look().sentences == []


@pytest.mark.parametrize("is_spoilt", [False, True], ids=["deleted", "overwritten"])
@pytest.mark.parametrize("name", ["active", "runs", "watermark", "looked", "scope"])
def test_a_lost_key_of_all_runs_costs_none(desk: Desk, name: str, is_spoilt: bool):  # noqa: FBT001
    runs = [desk.open(job(name)) for name in "abc"]
    desk.settle(desk.take(runs[0].units[0]))
    key = desk.keys.scope(job("a")) if name == "scope" else getattr(desk.keys, name)
    desk.client.delete(key)
    if is_spoilt and name in ("watermark", "scope"):
        desk.client.hset(key, "by", "hand")
    elif is_spoilt:
        desk.client.set(key, "by hand")
    if name == "scope":
        runs.append(desk.open(job("a")))
    run_out(desk)
    assert {desk.status(run.run_id).state for run in runs} == {RunState.SUCCEEDED}


def test_a_lost_list_of_open_units_is_no_end(desk: Desk):
    """The holder that settles next must not take itself for the last one."""
    run = desk.open()
    first, _ = map(desk.take, run.units)
    desk.client.delete(f"{desk.keys.run(run.run_id)}:open")
    assert desk.settle(first) == (False, [])
    status = desk.status(run.run_id)
    assert (status.state, status.settled_units) == (RunState.FAILED, 0)


def test_what_is_no_run_is_no_active_run(desk: Desk):
    run = desk.open(job("a"))
    desk.client.sadd(desk.keys.active, "", "by hand", f"{desk.keys.prefix}run:none")
    run_out(desk)
    assert desk.status(run.run_id).state is RunState.SUCCEEDED
    assert desk.client.smembers(desk.keys.active) == set()


def test_a_stopped_run_that_lost_a_key_keeps_its_state(desk: Desk):
    run = desk.open(job("a"))
    desk.ledger(desk.calls.cancel(run.run_id, "default", "enough"))
    desk.client.delete(f"{desk.keys.run(run.run_id)}:open")
    desk.client.set(f"{desk.keys.run(run.run_id)}:claims", "by hand")
    run_out(desk)
    status = desk.status(run.run_id)
    assert (status.state, status.reason, status.open_units) == (RunState.CANCELLED, "enough", 0)


@pytest.mark.parametrize("part", [":receipts", ":listings", ":done", ":failures", ":units"])
def test_what_was_lost_is_not_committed(desk: Desk, part: str):
    run = desk.open()
    first, second = map(desk.take, run.units)
    desk.settle(first, receipt=RECEIPT, listings=["databases"])
    desk.fail(second)
    desk.client.delete(desk.keys.run(run.run_id) + part)
    _, answer = desk.claim(finish_unit(run.run_id, "default"))
    assert (answer.outcome, answer.state) == ("claimed", RunState.FAILED)


def test_what_was_lost_after_the_claim_is_not_committed(desk: Desk):
    run = desk.open(job("j"))
    desk.settle(desk.take(run.units[0]), receipt=RECEIPT)
    desk.take(finish_unit(run.run_id, "default"))
    assert desk.ledger(desk.calls.results(run.run_id)).problem == ""
    desk.client.delete(f"{desk.keys.run(run.run_id)}:receipts")
    assert "Redis lost receipts" in desk.ledger(desk.calls.results(run.run_id)).problem


def test_a_receipt_that_is_none_is_not_committed(desk: Desk):
    run = desk.open(job("j"))
    desk.settle(desk.take(run.units[0]), receipt=RECEIPT)
    desk.client.hset(f"{desk.keys.run(run.run_id)}:receipts", "job/j", "{")
    assert "receipt of job/j" in desk.ledger(desk.calls.results(run.run_id)).problem


def test_a_run_that_is_lost_leaves_nothing_behind_by_those_who_worked_on_it(desk: Desk):
    run = desk.open()
    first, second = map(desk.take, run.units)
    desk.client.delete(desk.keys.run(run.run_id))
    assert desk.settle(first) == (False, [])
    assert not desk.ledger(desk.calls.release(second))
    assert desk.ledger(desk.calls.renew([first], LEASE)) == [False]
    assert desk.ledger(desk.calls.open_units(second, children(run.run_id))) == (False, [])
    assert not desk.client.exists(desk.keys.run(run.run_id))
    desk.look()
    assert desk.keys_of(run.run_id) == []


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_deleted_at_whatever_moment_the_others_end_well(
    desk: Desk, data: st.DataObject
):
    for key in desk.client.keys(f"{desk.keys.prefix}*"):
        desk.client.delete(key)
    mine, other = desk.open(ExtractionRequest()), desk.open(ExtractionRequest(source="other"))
    units = [*mine.units, *other.units]
    moment, done = data.draw(st.integers(0, 8)), 0
    part = data.draw(st.sampled_from(PARTS))
    expected = {unit.unit_id for unit in units} | {"database/a", "database/b", "database/c"}

    def lose() -> None:
        nonlocal done
        if done == moment:
            desk.client.delete(desk.keys.run(mine.run_id) + part)
        done += 1

    def work(unit: UnitMessage) -> None:
        lose()
        claim, answer = desk.claim(unit)
        if answer.outcome != "claimed":
            return
        lose()
        for child in work_on(desk, claim):
            work(child)

    for unit in units:
        work(unit)
    run_out(desk)
    assert desk.status(other.run_id).state is RunState.SUCCEEDED
    found = desk.ledger(desk.calls.status([mine.run_id]))[0]
    if found is not None and found.state is RunState.SUCCEEDED:
        results = desk.ledger(desk.calls.results(mine.run_id))
        assert set(results.receipts) == set(results.listings) == expected
    else:
        assert found is None or found.state is RunState.FAILED


def test_a_run_has_a_longest_life(desk: Desk):
    run = desk.open()
    base = desk.keys.run(run.run_id)
    life = 3_600_000
    assert desk.look(life_ms=life).units == []
    for _ in range(70):  # a minute passes between two looks
        desk.client.hincrby(base, "seen", -60_000)
        desk.look(life_ms=life)
    status = desk.status(run.run_id)
    assert status.state is RunState.FAILED
    assert status.reason == (
        "the run did not end within 3600 s (run_timeout); 2 of its units were open: databases, jobs"
    )
    desk.later(SILENCE)
    assert desk.finish(run.run_id, None)
    assert desk.ledger(desk.calls.replay(desk.status(run.run_id))).outcome == "broken"


def test_a_step_of_the_clock_does_not_make_a_run_too_old(desk: Desk):
    run = desk.open()
    desk.look(life_ms=3_600_000)
    desk.client.hincrby(desk.keys.run(run.run_id), "seen", -10 * 24 * 3_600_000)
    desk.look(life_ms=3_600_000)
    assert desk.status(run.run_id).state is RunState.RUNNING


def test_the_finish_of_the_ledger_is_that_of_the_contract(desk: Desk):
    run = desk.open(job("j"))
    desk.client.hset(f"{desk.keys.run(run.run_id)}:units", "finish", "damaged")
    desk.settle(desk.take(run.units[0]))
    desk.later(SILENCE + 1)
    assert desk.due() == [finish_unit(run.run_id, "default")]


# What this version cannot read


def spoil_unit(desk: Desk, run_id: str, message: str) -> None:
    desk.client.hset(f"{desk.keys.run(run_id)}:units", "database/d", message)


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
def test_a_unit_that_cannot_be_read_costs_its_run_alone(desk: Desk, message: Callable[[str], str]):
    run = desk.open(ExtractionRequest(scope=DatabaseScope(name="d")))
    other = desk.open(job("j"))
    spoil_unit(desk, run.run_id, message(run.run_id))
    run_out(desk)
    assert desk.status(other.run_id).state is RunState.SUCCEEDED
    status = desk.status(run.run_id)
    assert (status.failed_units, status.open_units) == (1, 0)
    assert status.state.is_final
    failures, _ = desk.ledger(desk.calls.failures(run.run_id)) or ([], [])
    assert [(one.unit_id, one.code, one.attempts) for one in failures] == [
        ("database/d", "unreadable", 3)
    ]
    (letter,) = desk.ledger(desk.calls.letters())
    assert run.run_id in letter.reason
    assert "database/d" in letter.reason


def test_a_newer_worker_may_take_what_this_one_cannot_read(desk: Desk):
    run = desk.open(ExtractionRequest(scope=DatabaseScope(name="d")))
    whole = desk.client.hget(f"{desk.keys.run(run.run_id)}:units", "database/d")
    spoil_unit(desk, run.run_id, UNREADABLE["a field"](run.run_id))
    desk.later(SILENCE + 1)
    (one,) = desk.look().unreadable
    assert desk.ledger(desk.calls.refuse(one, 3)) == "later"
    spoil_unit(desk, run.run_id, whole)
    desk.take(run.units[0])
    assert desk.ledger(desk.calls.refuse(one, 3)) == "left"


def test_a_run_of_many_unreadable_units_leaves_one_letter(desk: Desk):
    run = desk.open()
    for unit in run.units:
        one = UnreadableUnit(run.run_id, unit.unit_id, "it is newer")
        last = desk.ledger(desk.calls.refuse(one, 1))
    assert last == finish_unit(run.run_id, "default")
    assert len(desk.ledger(desk.calls.letters())) == 1


def test_a_claim_says_what_it_cannot_read_and_counts_the_attempt(desk: Desk):
    run = desk.open()
    base = desk.keys.run(run.run_id)
    request = json.loads(desk.client.hget(base, "request"))
    request["options"]["newer"] = True
    desk.client.hset(base, "request", json.dumps(request))
    _, answer = desk.claim(run.units[0])
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
def test_a_run_that_cannot_be_read_is_listed_beside_the_others(desk: Desk, field: str):
    good, bad = desk.open(job("good")), desk.open(job("bad"))
    for value in (*FIELDS[field], None):
        base = desk.keys.run(bad.run_id)
        desk.client.hset(base, field, value) if value is not None else desk.client.hdel(base, field)
        for call in (desk.calls.status, desk.calls.summaries):
            one, two = desk.ledger(call([good.run_id, bad.run_id]))
            assert one is not None
            assert one.request.scope == JobScope(name="good")
            assert two is None or two.run_id == bad.run_id
            if two and field in ("request", "state") and call == desk.calls.status:
                assert not two.is_readable
                assert "this version of Glueline" in (two.reason or "")
        desk.claim(bad.units[0])
        desk.ledger(gauges(desk.keys, SILENCE))
        desk.look()


def test_failures_letters_and_checks_that_cannot_be_read_hide_no_others(desk: Desk):
    run = desk.open()
    for unit in run.units:
        desk.fail(desk.take(unit))
    desk.client.hset(f"{desk.keys.run(run.run_id)}:failures", "jobs", '{"newer": 1}')
    failures, _ = desk.ledger(desk.calls.failures(run.run_id)) or ([], [])
    assert [(one.unit_id, one.code) for one in failures] == [
        ("databases", "AccessDeniedException"),
        ("jobs", "unreadable"),
    ]
    desk.ledger(desk.calls.bury("good", "body"))
    desk.client.lpush(desk.keys.dead, "{", b"\xff", '{"reason": "x", "newer": 1}')
    letters = desk.ledger(desk.calls.letters())
    assert [letter.reason for letter in letters][-1] == "good"
    assert len(letters) == 4
    desk.client.set(desk.keys.check("a"), '{"newer": 1}')
    assert [one.report for one in desk.ledger(desk.calls.checks(["a", "b"]))] == [None, None]


def test_a_server_that_is_full_ends_no_run(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """An error of the server is none of a key."""
    run = desk.open()
    desk.client.config_set("maxmemory", 1)
    try:
        with pytest.raises(Exception, match="maxmemory"):
            desk.look()
    finally:
        desk.client.config_set("maxmemory", 0)
    assert desk.status(run.run_id).state is RunState.RUNNING


def test_listings_carry_no_filters(desk: Desk, client: redis.Redis):
    from glueline.contract.filters import Filters, Globs

    allow = tuple(f"name_{number}" for number in range(900))
    run = desk.open(ExtractionRequest(filters=Filters(tables=Globs(allow=allow))))
    call = desk.calls.summaries([run.run_id])
    (short,) = desk.ledger(call)
    assert short is not None
    assert (short.request.globs, short.request.source) == (900, "default")
    assert len(short.model_dump_json()) < 1000
    text = str(desk.ledger._scripts(call.script)(keys=call.keys, args=call.args))
    assert "name_" not in text
