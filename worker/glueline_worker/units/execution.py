"""One attempt at a unit, from its claim to its settlement."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any
from uuid import uuid4

import structlog

from glueline.contract.errors import GluelineError, Retryable
from glueline.contract.messages import FinishUnit, UnitMessage
from glueline.contract.records import KINDS
from glueline.contract.runs import Failure, RunState
from glueline.ledger import AsyncLedger, Calls, LedgerUnavailable
from glueline.ledger.calls import Claim, Settlement
from glueline.ledger.replies import Claimed
from glueline.settings import Settings
from glueline_worker.aws.calls import tally
from glueline_worker.aws.errors import AwsExpired
from glueline_worker.aws.sources import Sources
from glueline_worker.observe import metrics, tracing
from glueline_worker.sinks.base import Run, Sink
from glueline_worker.units import finish
from glueline_worker.units.context import UnitContext
from glueline_worker.units.database import extract_database
from glueline_worker.units.databases import extract_databases
from glueline_worker.units.failing import (
    ClaimLost,
    Exhausted,
    code_of,
    delay_before,
    failure_of,
    may_pass,
    sentence_of,
)
from glueline_worker.units.job import extract_job
from glueline_worker.units.jobs import extract_jobs
from glueline_worker.units.narrowing import ensure_admitted, narrowed
from glueline_worker.units.partitions import extract_partitions
from glueline_worker.units.sharing import PAUSE, steps_aside
from glueline_worker.units.table import extract_table
from glueline_worker.units.writing import Writing

log = structlog.get_logger()

HANDLERS: Mapping[str, Callable[[Any, UnitContext], Awaitable[None]]] = {
    "databases": extract_databases,
    "database": extract_database,
    "table": extract_table,
    "partitions": extract_partitions,
    "jobs": extract_jobs,
    "job": extract_job,
}


class Outcome(Enum):
    """What becomes of the message."""

    ACK = auto()
    REQUEUE = auto()
    BURY = auto()


@dataclass
class Held:
    """A claim of this process and the task that works under it."""

    claim: Claim
    task: asyncio.Task[Any]
    asked: float
    """When the ledger was last asked for the claim and granted it, by this process's clock."""
    is_lost: bool = False


@dataclass
class Execution:
    """Runs units in this process; all methods belong to its event loop."""

    settings: Settings
    ledger: AsyncLedger
    calls: Calls
    sources: Sources
    sinks: Sequence[Sink]
    publish: Callable[[Sequence[UnitMessage]], Awaitable[None]]
    held: dict[str, Held] = field(default_factory=dict)
    is_draining: bool = False
    active_runs: int = 1
    """Runs that are not over, as the ledger said a moment ago."""

    async def run(self, unit: UnitMessage) -> Outcome:
        """Claim a unit and work on it; a unit that is settled or held elsewhere is left alone."""
        if self.is_draining:
            return Outcome.REQUEUE
        claim = Claim(unit, uuid4().hex)
        asked = time.monotonic()
        try:
            claimed = await self.ledger(
                self.calls.claim(claim, self._lease_ms, self.settings.worker.attempts)
            )
        except LedgerUnavailable as error:
            log.warning("ledger.unavailable", error=str(error))
            await asyncio.sleep(1)  # the message comes back at once: do not spin
            return Outcome.REQUEUE
        if claimed.outcome == "unknown":
            return Outcome.BURY
        if claimed.unit is None:
            log.debug("unit.left", outcome=claimed.outcome)
            return Outcome.ACK
        structlog.contextvars.bind_contextvars(attempt=claimed.attempts)
        # What the queue says of the unit may be anybody's; the ledger's word counts.
        claim = replace(claim, unit=claimed.unit)
        under_way = [held.claim.unit.run_id for held in self.held.values()]
        slots = self.settings.worker.concurrency
        if steps_aside(claim.unit, under_way, slots, self.active_runs):
            return await self._step_aside(claim)
        return await self._hold(claim, claimed, asked)

    async def _step_aside(self, claim: Claim) -> Outcome:
        """Come back in seconds; the attempt does not count."""
        _note(claim, "stepped_aside")
        delay_ms = int(random.uniform(*PAUSE) * 1000)  # noqa: S311 - no secret
        log.debug("unit.stepped_aside", delay=delay_ms / 1000)
        try:
            await self.ledger(self.calls.release(claim, delay_ms=delay_ms, counted=False))
        except LedgerUnavailable as error:
            log.warning("ledger.unavailable", error=str(error))
        return Outcome.ACK

    async def renew(self) -> None:
        """Prolong the claims of this process; stop working on those that are lost."""
        held = list(self.held.values())
        if not held:
            return
        asked = time.monotonic()
        kept = await self.ledger(self.calls.renew([h.claim for h in held], self._lease_ms))
        for one, is_kept in zip(held, kept, strict=True):
            if is_kept:
                one.asked = asked
            elif not one.task.done():
                one.is_lost = True
                _cancel(one.task)

    async def reconcile(self) -> int:
        """Publish again what is open and silent; returns how many units."""
        units = await self.ledger(self.calls.due())
        if units:
            log.info("reconcile.published", units=len(units))
            metrics.REPUBLISHED.inc(len(units))
            await self.publish(units)
        return len(units)

    def kinds_under_way(self) -> list[str]:
        """The kinds of the units that this process holds."""
        return [held.claim.unit.kind for held in self.held.values()]

    def drain(self) -> None:
        """Give back all that is under way."""
        self.is_draining = True
        for one in self.held.values():
            _cancel(one.task)

    @property
    def _lease_ms(self) -> int:
        return int(self.settings.worker.lease * 1000)

    async def _hold(self, claim: Claim, claimed: Claimed, asked: float) -> Outcome:
        task = asyncio.current_task()
        assert task is not None
        held = self.held[claim.token] = Held(claim, task, asked)
        with tracing.unit(claim.unit, claimed):
            try:
                await self._attempt(claim, claimed)
            except asyncio.CancelledError:
                return await self._stopped(held)
            finally:
                del self.held[claim.token]
        return Outcome.ACK

    async def _attempt(self, claim: Claim, claimed: Claimed) -> None:
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.settings.worker.unit_timeout) as limit:
                await self._work(claim, claimed)
        except Exception as error:
            if isinstance(error, TimeoutError) and limit.expired():
                error = _too_long(self.settings.worker.unit_timeout)
            elif not isinstance(error, GluelineError):
                log.exception("unit.surprise")
            await self._failed(claim, claimed, error)
        else:
            seconds = time.monotonic() - started
            log.info("unit.settled", seconds=round(seconds, 3))
            _note(claim, "settled")
            metrics.UNIT_SECONDS.labels(claim.unit.kind).observe(seconds)

    async def _work(self, claim: Claim, claimed: Claimed) -> None:
        if claimed.outcome == "exhausted":
            raise Exhausted(claimed.attempts - 1)
        if isinstance(claim.unit, FinishUnit):
            await self._finish(claim, claimed)
        else:
            await self._extract(claim, claimed)

    async def _extract(self, claim: Claim, claimed: Claimed) -> None:
        unit, run = claim.unit, _run(claim.unit, claimed, self.settings)
        counts: Counter[str] = Counter()
        tally.set(counts)
        ensure_admitted(run.request, self.settings)
        connection = await self.sources.connect(unit.source)
        writing = Writing(self.sinks, run, unit.unit_id)
        try:
            context = UnitContext(
                run=run,
                connection=connection,
                settings=self.settings.worker,
                last_attempt=claimed.attempts >= self.settings.worker.attempts,
                writing=writing,
                ensure_claim=lambda: self._ensure(claim),
                open_units=lambda children: self._open(claim, children),
                counts=counts,
            )
            await HANDLERS[unit.kind](unit, context)
            await self._confirm(claim)
            receipt = await writing.complete()
        except AwsExpired:
            self.sources.refresh(connection)
            raise
        finally:
            await writing.discard()
        await self._settle(
            claim,
            Settlement(
                receipt=receipt,
                counts=counts,
                listings=context.listings,
                warnings=context.warnings,
                children=context.children,
            ),
        )

    async def _finish(self, claim: Claim, claimed: Claimed) -> None:
        run = _run(claim.unit, claimed, self.settings)
        keep_ms = int(self.settings.keep_runs * 1000)
        if claimed.state is not RunState.RUNNING:
            await finish.abort(self.sinks, run, replayed=claimed.replayed)
            await self.ledger(self.calls.finish(claim, None, keep_ms=keep_ms))
            return
        status = (await self.ledger(self.calls.status([run.run_id])))[0]
        assert status is not None
        results = await self.ledger(self.calls.results(run.run_id))
        await self._confirm(claim)
        counts, warnings = await finish.commit(self.sinks, run, status, results)
        state = finish.final_state(status)
        await self.ledger(
            self.calls.finish(
                claim,
                state,
                keep_ms=keep_ms,
                reason=finish.reason(results.failures) if state is RunState.FAILED else "",
                counts=counts,
                warnings=warnings,
            )
        )
        log.info("run.finished", state=state.value)
        tracing.run_ended(state.value)
        metrics.RUNS.labels(state.value).inc()

    async def _open(self, claim: Claim, children: Sequence[UnitMessage]) -> None:
        if not children:
            return
        held, ids = await self.ledger(self.calls.open_units(claim, children))
        if not held:
            raise ClaimLost
        await self._publish_new(children, ids)

    async def _ensure(self, claim: Claim) -> None:
        """Ask again when the lease may have ended while this worker was paused."""
        if time.monotonic() - self.held[claim.token].asked > self.settings.worker.lease:
            await self._confirm(claim)

    async def _confirm(self, claim: Claim) -> None:
        """A worker that was paused must not replace what its successor wrote."""
        if not (await self.ledger(self.calls.renew([claim], self._lease_ms)))[0]:
            raise ClaimLost

    async def _settle(self, claim: Claim, settlement: Settlement) -> None:
        held, ids = await self.ledger(self.calls.settle(claim, settlement))
        if not held:
            raise ClaimLost
        tracing.counted(settlement.counts)
        for kind in KINDS:
            metrics.RECORDS.labels(kind).inc(settlement.counts.get(kind, 0))
        unit = claim.unit
        finish_unit = FinishUnit(run_id=unit.run_id, source=unit.source)
        await self._publish_new([*settlement.children, finish_unit], ids)

    async def _publish_new(self, units: Sequence[UnitMessage], ids: Sequence[str]) -> None:
        new = set(ids)
        await self.publish([unit for unit in units if unit.unit_id in new])

    async def _stopped(self, held: Held) -> Outcome:
        """Cancelled from outside: the claim was lost, or the worker is told to stop."""
        if held.is_lost:
            log.info("unit.lost")
            _note(held.claim, "lost")
            return Outcome.ACK
        log.info("unit.given_back")
        _note(held.claim, "given_back")
        try:
            await self.ledger(self.calls.release(held.claim, counted=False))
        except LedgerUnavailable:
            log.warning("unit.lease_left", hint="another worker takes it when the lease ends")
        return Outcome.REQUEUE

    async def _failed(self, claim: Claim, claimed: Claimed, error: Exception) -> None:
        """Try again later, or record the failure; without the ledger the lease runs out."""
        tracing.failed(error)
        try:
            if isinstance(error, ClaimLost):
                log.info("unit.lost")
                _note(claim, "lost")
            elif may_pass(error) and claimed.attempts < self.settings.worker.attempts:
                delay = delay_before(claimed.attempts)
                _note(claim, "retried")
                log.warning("unit.retry", error=sentence_of(error), delay=round(delay, 1))
                await self.ledger(self.calls.release(claim, delay_ms=int(delay * 1000)))
            else:
                await self._give_up(claim, claimed, error)
        except ClaimLost:
            log.info("unit.lost")
        except LedgerUnavailable as unavailable:
            log.warning("ledger.unavailable", error=str(unavailable))

    async def _give_up(self, claim: Claim, claimed: Claimed, error: Exception) -> None:
        _note(claim, "failed")
        log.error("unit.failed", error=sentence_of(error), code=code_of(error))
        if isinstance(claim.unit, FinishUnit):
            state = RunState.FAILED if claimed.state is RunState.RUNNING else None
            why = f"the results could not be committed: {sentence_of(error)}"
            keep_ms = int(self.settings.keep_runs * 1000)
            await self.ledger(self.calls.finish(claim, state, keep_ms=keep_ms, reason=why))
            if state is not None:
                metrics.RUNS.labels(state.value).inc()
            return
        failure = Failure(
            unit_id=claim.unit.unit_id,
            code=code_of(error),
            message=failure_of(error),
            attempts=min(claimed.attempts, self.settings.worker.attempts),
            at=datetime.now(UTC),
        )
        await self._settle(claim, Settlement(failure=failure, counts=tally.get() or {}))


def _note(claim: Claim, outcome: str) -> None:
    metrics.UNITS.labels(claim.unit.kind, outcome).inc()
    tracing.ended(outcome)


def _cancel(task: asyncio.Task[Any]) -> None:
    """Once: a second time would interrupt the giving back."""
    if not task.cancelling():
        task.cancel()


def _too_long(seconds: float) -> Retryable:
    return Retryable(f"the unit took longer than {seconds:g} s", code="timeout")


def _run(unit: UnitMessage, claimed: Claimed, settings: Settings) -> Run:
    assert claimed.request is not None
    assert claimed.created_at is not None
    request = narrowed(claimed.request, settings)
    return Run(unit.run_id, claimed.generation, request, claimed.created_at)
