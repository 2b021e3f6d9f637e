"""The ledger against a model of a few lines of Python, through any order of events.

Time goes in ticks, and nothing is ever due on a tick, so that the milliseconds that the test
itself takes decide nothing.
"""

from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.support.examples import examples
from tests.unit.ledger_harness import KEEP, LedgerHarness, failure

from glueline.contract.messages import (
    CatalogScope,
    DatabaseScope,
    DatabaseUnit,
    ExtractionRequest,
    UnitMessage,
    first_units,
)
from glueline.contract.runs import RunState
from glueline.ledger import Commands, Keys
from glueline.ledger.commands import Claim, make_finish_unit
from glueline_worker.local.server import EmbeddedRedis

TICK = 100_000
LEASE, SILENCE, SLACK, DELAY = 1.5, 2.5, 0.5, 1.5
ATTEMPTS = 3
SUSPICIOUS = 2
SCOPES = (CatalogScope(), DatabaseScope(name="a"))
CHILDREN = st.sets(st.sampled_from("ab"), max_size=2).map(sorted)
PICK = st.integers(0, 999)
"""Picks the likely thing mostly, and anything that ever was every tenth time."""
SELDOM = st.integers(0, 3).map(lambda number: number == 0)
RETRY = "retry"


@dataclass
class Run:
    """What the ledger should know."""

    run_id: str
    scope: int
    generation: int
    first: list[UnitMessage]
    state: RunState = RunState.RUNNING
    is_over: bool = False
    due: dict[str, float] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    attempts: Counter[str] = field(default_factory=Counter)
    losses: Counter[str] = field(default_factory=Counter)
    suspect: str | None = None
    settled: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    finishes: int = 0
    waits_for: "Run | None" = None
    is_protected: bool = False
    has_begun: bool = True

    def knows(self, unit_id: str) -> bool:
        return unit_id in self.due or unit_id in self.settled or unit_id in self.failed

    def open(self, unit_ids: list[str], now: int) -> list[str]:
        new = [unit_id for unit_id in unit_ids if not self.knows(unit_id)]
        self.due |= dict.fromkeys(new, now + SILENCE)
        return new

    @property
    def goes_on(self) -> bool:
        """Whether it is running and its sinks are not being committed."""
        return self.state is RunState.RUNNING and not self.is_over and "finish" not in self.holders

    @property
    def may_begin(self) -> bool:
        waits = self.state is RunState.RUNNING and self.waits_for is not None
        return waits and not self.has_begun and not self.waits_for.goes_on

    def is_taken(self, unit_id: str | None) -> bool:
        return self.holders.get(unit_id or "", RETRY) != RETRY

    def is_busy(self, unit_id: str | None, now: int) -> bool:
        return unit_id is not None and self.is_taken(unit_id) and self.due[unit_id] > now

    def must_wait(self, unit_id: str, now: int) -> bool:
        """Of the units whose holders fell silent twice, only one runs at a time."""
        if self.losses[unit_id] < SUSPICIOUS:
            return False
        if self.suspect != unit_id and self.is_busy(self.suspect, now):
            return True
        self.suspect = unit_id
        return False

    def stop(self, state: RunState, now: int) -> None:
        self.state = state
        self.holders.clear()
        self.due = {"finish": now + SILENCE}


class LedgerMachine(RuleBasedStateMachine):
    """Random services, workers, crashes and operators on one ledger."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__()
        self.harness = LedgerHarness(client, f"test-{uuid4().hex}:")
        self.calls = self.harness.calls = Commands(
            Keys(self.harness.keys.prefix),
            redispatch_after_ms=int(SILENCE * TICK),
            overtake_margin_ms=int(SLACK * TICK),
        )
        self.runs: dict[str, Run] = {}
        self.newest: dict[int, Run] = {}
        self.now = 0
        self.watermark = float("-inf")
        self.is_queue_empty = True
        self.taken: list[Claim] = []

    def unit(self, pick: int) -> UnitMessage:
        """A unit that can be claimed, or any at all."""
        everything = [
            unit
            for run in self.runs.values()
            for unit in (*run.first, *(self.child(run, name) for name in "ab"))
        ]
        likely = [
            unit
            for unit in everything
            if unit.unit_id in self.runs[unit.run_id].due
            and not self.runs[unit.run_id].is_taken(unit.unit_id)
        ]
        chosen = likely if likely and pick % 10 else everything
        return chosen[pick // 10 % len(chosen)]

    def claim_of(self, pick: int) -> Claim:
        """A claim that is held, or any at all."""
        likely = [claim for claim in self.taken if self.holds(claim)]
        chosen = likely if likely and pick % 10 else self.taken
        return chosen[pick // 10 % len(chosen)]

    def run(self, pick: int) -> Run:
        """The newest run, or any at all."""
        runs = list(self.runs.values())
        return runs[-1] if pick % 2 else runs[pick // 2 % len(runs)]

    def holds(self, claim: Claim) -> bool:
        run = self.runs[claim.unit.run_id]
        return run.holders.get(claim.unit.unit_id) == claim.token

    def child(self, run: Run, name: str) -> UnitMessage:
        return DatabaseUnit(run_id=run.run_id, source="default", database=name)

    @rule(scope=st.sampled_from(range(len(SCOPES))), really=SELDOM)
    def open_run(self, scope: int, really: bool):  # noqa: FBT001
        if self.runs and not really:
            return
        opened = self.harness.open(ExtractionRequest(scope=SCOPES[scope]))
        newest = self.newest.get(scope)
        older = newest if newest and newest.goes_on else None
        ahead = newest.waits_for if newest and newest.waits_for else older
        ahead = ahead if ahead and ahead.goes_on else None
        if older and older is ahead and older.is_protected:
            older = None
        must_wait = ahead is not None and ahead is not older
        is_protected = older is not None and not must_wait
        if older:
            older.stop(RunState.SUPERSEDED, self.now)
        assert opened.is_waiting == must_wait
        assert ("finish" in {unit.unit_id for unit in opened.units}) == bool(older)
        assert all(opened.generation > run.generation for run in self.runs.values())
        finish = make_finish_unit(opened.run_id, "default")
        own = first_units(opened.run_id, ExtractionRequest(scope=SCOPES[scope]))
        assert [unit for unit in opened.units if unit.run_id == opened.run_id] == (
            [] if must_wait else own
        )
        run = Run(opened.run_id, scope, opened.generation, [*own, finish])
        self.runs[run.run_id] = self.newest[scope] = run
        run.is_protected = is_protected
        if must_wait:
            run.waits_for, run.has_begun = ahead, False
        else:
            run.open([unit.unit_id for unit in own], self.now)

    @precondition(lambda self: self.runs)
    @rule(pick=PICK)
    def claim_one(self, pick: int):
        self.claim(self.unit(pick))

    @precondition(lambda self: self.runs)
    @rule(pick=PICK, times=st.integers(1, 3), is_noticed=st.booleans())
    def workers_die(self, pick: int, times: int, is_noticed: bool):  # noqa: FBT001
        """Each holds all that it could take; the reconciler notices, or whoever claims next."""
        run = self.run(pick)
        for _ in range(times):
            for unit in (*run.first, *(self.child(run, name) for name in "ab")):
                if unit.unit_id in run.due:
                    self.claim(unit)
            self.time_passes(3)
            if is_noticed:
                self.publish_again()

    @precondition(lambda self: self.taken)
    @rule(pick=PICK)
    def claim_again(self, pick: int):
        """Ask with the same token, as a client does whose answer was lost on the way."""
        self.ask(self.claim_of(pick))

    def claim(self, unit: UnitMessage) -> Claim:
        claim = Claim(unit, uuid4().hex)
        self.ask(claim)
        self.taken.append(claim)
        return claim

    def ask(self, claim: Claim) -> None:
        run, unit_id = self.runs[claim.unit.run_id], claim.unit.unit_id
        answer = self.harness.ledger(self.calls.claim(claim, int(LEASE * TICK), ATTEMPTS))
        expected = self.expected(claim)
        assert answer.outcome == expected
        if expected in ("claimed", "exhausted"):
            assert (answer.attempts, answer.state) == (run.attempts[unit_id], run.state)
            assert answer.unit == claim.unit
        else:
            assert answer.attempts == 0

    def expected(self, claim: Claim) -> str:
        """What the ledger should answer, with all that the claim should change."""
        run, unit_id = self.runs[claim.unit.run_id], claim.unit.unit_id
        if unit_id not in run.due:
            return "settled"
        if not self.holds(claim):
            if run.is_busy(unit_id, self.now):
                return "busy"
            run.losses[unit_id] += run.is_taken(unit_id)
            if run.must_wait(unit_id, self.now):
                self.wait(run, unit_id)
                return "busy"
            if unit_id not in run.holders:
                self.watermark = max(self.watermark, run.due[unit_id] - SILENCE)
            run.attempts[unit_id] += 1
            run.holders[unit_id] = claim.token
            run.due[unit_id] = self.now + LEASE
        return "exhausted" if run.attempts[unit_id] > ATTEMPTS else "claimed"

    def wait(self, run: Run, unit_id: str) -> None:
        """The ledger's pause is half a second: stretch it, so that it does not end by itself."""
        run.holders[unit_id] = RETRY
        run.due[unit_id] = self.now + DELAY
        self.harness.client.zincrby(
            f"{self.harness.keys.run(run.run_id)}:open", DELAY * TICK, unit_id
        )

    @precondition(lambda self: self.taken)
    @rule(pick=PICK, names=CHILDREN)
    def open_children(self, pick: int, names: list[str]):
        claim = self.claim_of(pick)
        run = self.runs[claim.unit.run_id]
        children = [self.child(run, name) for name in names]
        held = self.holds(claim)
        new = run.open([child.unit_id for child in children], self.now) if held else []
        assert self.harness.ledger(self.calls.open_units(claim, children)) == (held, new)

    @precondition(lambda self: self.taken)
    @rule(pick=PICK, names=CHILDREN, fails=SELDOM, tables=st.integers(0, 5))
    def settle_or_finish(self, pick: int, names: list[str], fails: bool, tables: int):  # noqa: FBT001
        claim = self.claim_of(pick)
        if claim.unit.unit_id == "finish":
            self.finish(claim)
        else:
            self.settle(claim, names, tables, succeeds=not fails)

    def settle(self, claim: Claim, names: list[str], tables: int, *, succeeds: bool) -> None:
        run, unit_id = self.runs[claim.unit.run_id], claim.unit.unit_id
        children = [self.child(run, name) for name in names]
        expected: tuple[bool, list[str]] = (False, [])
        if self.holds(claim):
            del run.due[unit_id], run.holders[unit_id]
            (run.settled if succeeds else run.failed).add(unit_id)
            if succeeds:
                del run.attempts[unit_id], run.losses[unit_id]
            run.counts["table"] += tables
            new = run.open([child.unit_id for child in children], self.now)
            if not run.due:
                new += run.open(["finish"], self.now)
                run.finishes += 1
            expected = (True, new)
        answer = self.harness.settle(
            claim,
            failure=None if succeeds else failure(unit_id),
            counts={"table": tables},
            children=children,
        )
        assert answer == expected

    @precondition(lambda self: self.taken)
    @rule(pick=PICK, way=st.sampled_from(["retry", "requeue", "drain"]))
    def give_back(self, pick: int, way: str):
        claim = self.claim_of(pick)
        run, unit_id = self.runs[claim.unit.run_id], claim.unit.unit_id
        held = self.holds(claim)
        delay = int(DELAY * TICK) if way == "retry" else 0
        call = self.calls.release(claim, delay_ms=delay, counted=way != "drain")
        assert self.harness.ledger(call) == held
        if held:
            run.due[unit_id] = self.now + (DELAY if delay else SILENCE)
            run.attempts[unit_id] -= way == "drain"
            if delay:
                run.holders[unit_id] = RETRY
            else:
                del run.holders[unit_id]

    @precondition(lambda self: self.taken)
    @rule(pick=PICK)
    def renew(self, pick: int):
        claim = self.claim_of(pick)
        run, held = self.runs[claim.unit.run_id], self.holds(claim)
        assert self.harness.ledger(self.calls.renew([claim], int(LEASE * TICK))) == [held]
        if held:
            run.due[claim.unit.unit_id] = self.now + LEASE

    def finish(self, claim: Claim) -> None:
        run, held = self.runs[claim.unit.run_id], self.holds(claim)
        state = self.final_state(run)
        assert self.harness.ledger(self.calls.finish(claim, state, keep_ms=KEEP)) == held
        if held:
            run.state = state or run.state
            run.is_over = True
            run.is_protected = False
            run.due.clear()
            run.holders.clear()
            del run.attempts["finish"]
            if run.state not in (RunState.PARTIAL, RunState.FAILED):
                run.losses.clear()  # it cannot be replayed

    @staticmethod
    def final_state(run: Run) -> RunState | None:
        if run.state is not RunState.RUNNING:
            return None
        return RunState.PARTIAL if run.failed else RunState.SUCCEEDED

    @rule(ticks=st.integers(1, 3))
    def time_passes(self, ticks: int):
        """Whoever holds a unit without renewing has crashed."""
        self.harness.advance(ticks * TICK)
        self.now += ticks

    @rule(empty=st.booleans())
    def queue_fills_or_drains(self, empty: bool):  # noqa: FBT001
        self.is_queue_empty = empty
        self.harness.fill_queue(0 if empty else 3)

    @rule()
    def reconcile(self):
        self.publish_again()

    def publish_again(self) -> list[UnitMessage]:
        expected = set()
        for run in self.runs.values():
            for unit_id, due in run.due.items():
                is_lost = self.is_queue_empty or due - SILENCE + SLACK < self.watermark
                if due <= self.now and (unit_id in run.holders or is_lost):
                    expected.add((run.run_id, unit_id))
        begun = [run for run in self.runs.values() if run.may_begin]
        for run in begun:
            run.waits_for, run.has_begun, run.is_protected = None, True, True
            expected |= {(run.run_id, unit.unit_id) for unit in run.first[:-1]}
            run.open([unit.unit_id for unit in run.first[:-1]], self.now)
        units = self.harness.due_units()
        assert sorted((unit.run_id, unit.unit_id) for unit in units) == sorted(expected)
        for run_id, unit_id in expected:
            run = self.runs[run_id]
            run.losses[unit_id] += run.is_taken(unit_id)
            run.holders.pop(unit_id, None)
            run.due[unit_id] = self.now + SILENCE
        return units

    @precondition(lambda self: self.runs)
    @rule(pick=PICK, really=SELDOM)
    def cancel(self, pick: int, really: bool):  # noqa: FBT001
        if not really:
            return
        run = self.run(pick)
        answer = self.harness.ledger(self.calls.cancel(run.run_id, "enough"))
        assert answer is not None
        if run.state is not RunState.RUNNING or "finish" in run.holders:
            assert (answer.state, answer.units) == (run.state, [])
        else:
            assert answer.state is RunState.CANCELLED
            assert answer.units == [make_finish_unit(run.run_id, "default")]
            run.stop(RunState.CANCELLED, self.now)

    @precondition(lambda self: self.runs)
    @rule(pick=PICK)
    def replay(self, pick: int):
        run = self.run(pick)
        answer = self.harness.ledger(self.calls.replay(self.harness.status(run.run_id)))
        if run.state is not RunState.PARTIAL:
            assert (answer.outcome, answer.units) == (run.state, [])
        elif self.newest[run.scope] is not run:
            assert (answer.outcome, answer.units) == ("newer", [])
        else:
            assert answer.outcome == "replayed"
            assert {u.unit_id for u in answer.units} == run.failed
            for unit_id in run.failed:
                del run.attempts[unit_id], run.losses[unit_id]
            failed, run.failed = run.failed, set()
            run.state, run.is_over, run.finishes = RunState.RUNNING, False, 0
            run.is_protected = False
            run.open(sorted(failed), self.now)

    def losses(self, run_id: str) -> dict[str, int]:
        found = self.harness.client.hgetall(f"{self.harness.keys.run(run_id)}:losses")
        return {key.decode(): int(value) for key, value in found.items()}

    def kinds(self, run_id: str) -> Counter[str]:
        """How many units of each kind are open, as the ledger counts them."""
        fields = self.harness.client.hgetall(self.harness.keys.run(run_id))
        return +Counter(
            {
                name.decode().removeprefix("open:"): int(value)
                for name, value in fields.items()
                if name.startswith(b"open:")
            }
        )

    @invariant()
    def the_ledger_knows_what_the_model_knows(self):
        statuses = self.harness.ledger(self.calls.status(self.runs))
        for run, status in zip(self.runs.values(), statuses, strict=True):
            assert status is not None
            assert (status.state, status.generation) == (run.state, run.generation)
            assert status.open_units == len(run.due)
            assert status.settled_units == len(run.settled)
            assert status.failed_units == len(run.failed)
            assert status.counts.get("table", 0) == run.counts["table"]
            assert self.harness.claims(run.run_id) == run.holders
            assert self.kinds(run.run_id) == Counter(one.partition("/")[0] for one in run.due)
            assert self.losses(run.run_id) == +run.losses
            assert run.finishes <= 1
            assert not (run.is_over and run.due)
            assert run.is_over or run.due or not run.has_begun

    def teardown(self):
        """Workers that do not crash bring every run to its end."""
        self.is_queue_empty = True
        self.harness.fill_queue(0)
        while any(run.due or run.may_begin for run in self.runs.values()):
            self.time_passes(3)
            for unit in self.publish_again():
                claim = self.claim(unit)
                if unit.unit_id == "finish":
                    self.finish(claim)
                else:
                    self.settle(claim, [], 1, succeeds=True)
            self.the_ledger_knows_what_the_model_knows()
        assert self.harness.due_units() == []
        for run in self.runs.values():
            keys = self.harness.run_keys(run.run_id)
            assert not any(key.endswith((":open", ":claims")) for key in keys)
            assert all(self.harness.client.pttl(key) > 0 for key in keys)
            self.harness.client.delete(*keys)


@pytest.mark.hypothesis
def test_any_order_of_events_leaves_the_ledger_as_the_model_says(redis_server: EmbeddedRedis):
    with redis.Redis.from_url(redis_server.url) as client:
        run_state_machine_as_test(
            lambda: LedgerMachine(client),
            settings=settings(
                max_examples=examples(150),
                stateful_step_count=50,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
