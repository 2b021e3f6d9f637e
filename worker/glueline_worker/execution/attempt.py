"""One attempt at a unit: its work, and what becomes of it in the ledger."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from glueline.contract.errors import GluelineError, Retryable
from glueline.contract.filters import Filters
from glueline.contract.messages import FinishUnit, UnitMessage
from glueline.contract.records import KINDS
from glueline.contract.runs import Failure, RunState
from glueline.ledger import LedgerUnavailable
from glueline.ledger.commands import Claim, Settlement
from glueline.ledger.results import ClaimResult
from glueline_worker.aws.calls import tally
from glueline_worker.aws.errors import AwsExpired
from glueline_worker.execution import run_commit
from glueline_worker.execution.circumstances import (
    CannotServe,
    Circumstances,
    ensure_place,
    ensure_source,
    sinks_of,
)
from glueline_worker.execution.fairness import PAUSE
from glueline_worker.execution.fixed_circumstances import (
    Tools,
    circumstances_in,
    fixed_at_end,
    fixed_by,
)
from glueline_worker.execution.retry import (
    ClaimLost,
    Exhausted,
    code_of,
    delay_before,
    may_pass,
    record_failure,
    sentence_of,
)
from glueline_worker.execution.source_filters import ensure_admitted, narrowed
from glueline_worker.execution.unread_processes import as_listings
from glueline_worker.observe import metrics, tracing
from glueline_worker.sinks.fan_out import FanOutWriter
from glueline_worker.sinks.model import Run
from glueline_worker.units.context import UnitContext
from glueline_worker.units.database import extract_database
from glueline_worker.units.databases import extract_databases
from glueline_worker.units.job import extract_job
from glueline_worker.units.jobs import extract_jobs
from glueline_worker.units.partitions import extract_partitions
from glueline_worker.units.table import extract_table

log = structlog.get_logger()

LEASES_UNSERVED = 10
"""For so many leases a run waits for a worker that has its sinks and its source."""
PAUSE_UNSERVED = 0.5
"""Seconds for which a unit that was given back keeps its slot."""

HANDLERS: Mapping[str, Callable[[Any, UnitContext], Awaitable[None]]] = {
    "databases": extract_databases,
    "database": extract_database,
    "table": extract_table,
    "partitions": extract_partitions,
    "jobs": extract_jobs,
    "job": extract_job,
}


@dataclass
class Attempt:
    """An attempt at a unit that has been claimed."""

    tools: Tools
    claim: Claim
    claimed: ClaimResult
    asked: float
    """When the ledger was last asked for the claim and granted it, by this process's clock."""
    _is_failed: bool = False

    async def make(self) -> None:
        """Do the unit's work and settle it; what fails is tried again later, or recorded."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.tools.settings.worker.unit_timeout) as limit:
                await self._work()
        except Exception as error:
            if isinstance(error, TimeoutError) and limit.expired():
                error = _too_long(self.tools.settings.worker.unit_timeout)
            elif not isinstance(error, GluelineError):
                log.exception("unit.surprise")
            await self._failed(error)
        else:
            seconds = time.monotonic() - started
            if not self._is_failed:
                log.info("unit.settled", seconds=round(seconds, 3))
                note(self.claim, "settled")
            metrics.UNIT_SECONDS.labels(self.claim.unit.kind).observe(seconds)

    async def _work(self) -> None:
        if self.claimed.outcome == "exhausted":
            raise Exhausted(self.claimed.attempts - 1)
        if isinstance(self.claim.unit, FinishUnit):
            await self._finish()
        else:
            await self._extract()

    async def _extract(self) -> None:
        unit = self.claim.unit
        counts: Counter[str] = Counter()
        tally.set(counts)
        ensure_source(unit.source, self.tools.settings)
        if not self.claimed.circumstances:  # what cannot be is to fix nothing
            self._ensure_admitted(self.tools.settings.source(unit.source).filters)
        connection = await self.tools.sources.connect(unit.source)
        self.claimed = await fixed_by(self.tools, self.claim, self.claimed, connection)
        fixed = circumstances_in(self.claimed)
        ensure_place(unit.source, fixed, connection)
        self._ensure_admitted(fixed.filters)
        run = self._run(fixed)
        writing = FanOutWriter(sinks_of(fixed, self.tools.sinks), run, unit.unit_id)
        try:
            context = UnitContext(
                run=run,
                connection=connection,
                settings=self.tools.settings.worker,
                last_attempt=self.claimed.attempts >= self.tools.settings.worker.attempts,
                writing=writing,
                ensure_claim=self._ensure,
                open_units=self._open,
                sources=self.tools.settings.sources,
                counts=counts,
            )
            await HANDLERS[unit.kind](unit, context)
            await self._confirm()
            receipt = await writing.complete()
        except AwsExpired:
            self.tools.sources.refresh(connection)
            raise
        finally:
            await writing.discard()
        if context.failure is not None:
            self._note_failed(context.failure)
        await self._settle(
            Settlement(
                failure=self._failure(context.failure) if context.failure else None,
                receipt=receipt,
                counts=counts,
                listings=[*context.listings, *as_listings(context.unread)],
                warnings=context.warnings,
                children=context.children,
            ),
        )

    async def _finish(self) -> None:
        if self.claimed.state is not RunState.RUNNING:
            await self._abort()
            return
        run_id = self.claim.unit.run_id
        status = (await self.tools.ledger(self.tools.calls.status([run_id])))[0]
        if status is None:
            raise ClaimLost
        results = await self.tools.ledger(self.tools.calls.results(run_id))
        if results.problem:
            await self._take_back(results.problem)
            return
        self.claimed, fixed = await fixed_at_end(self.tools, self.claim, self.claimed, results)
        sinks, run = sinks_of(fixed, self.tools.sinks), self._run(fixed)
        await self._confirm()
        done = await run_commit.commit(sinks, run, status, results)
        state = run_commit.final_state(status, done)
        await self.tools.ledger(
            self.tools.calls.finish(
                self.claim,
                state,
                keep_ms=self.tools.keep_ms,
                reason=run_commit.reason(state, results.failures, done.problems),
                counts=done.counts,
                warnings=list(dict.fromkeys([*done.warnings, *done.problems])),
            )
        )
        tracing.run_ended(state.value)
        run_ended(state)

    async def _take_back(self, reason: str) -> None:
        """End a run that lost what it would be committed with."""
        await self._clean()
        await self.tools.ledger(
            self.tools.calls.finish(
                self.claim, RunState.FAILED, keep_ms=self.tools.keep_ms, reason=reason
            )
        )
        run_ended(RunState.FAILED, reason)

    async def _abort(self) -> None:
        """Clean up after a run that was ended from outside, which no worker has told of yet."""
        await self._clean()
        await self.tools.ledger(
            self.tools.calls.finish(self.claim, None, keep_ms=self.tools.keep_ms)
        )
        await self._say_stopped()

    async def _say_stopped(self) -> None:
        status = (await self.tools.ledger(self.tools.calls.status([self.claim.unit.run_id])))[0]
        if status is not None:
            run_ended(status.state, status.reason)

    async def _clean(self) -> None:
        sinks, fixed = self.tools.sinks, None
        if self.claimed.circumstances:
            fixed = circumstances_in(self.claimed)
            sinks = sinks_of(fixed, sinks)
        await run_commit.abort(sinks, self._run(fixed), replayed=self.claimed.replayed)

    async def _open(self, children: Sequence[UnitMessage]) -> None:
        if not children:
            return
        held, ids = await self.tools.ledger(self.tools.calls.open_units(self.claim, children))
        if not held:
            raise ClaimLost
        await self._publish_new(children, ids)

    async def _ensure(self) -> None:
        """Ask again when the lease may have ended while this worker was paused."""
        if time.monotonic() - self.asked > self.tools.settings.worker.lease:
            await self._confirm()

    async def _confirm(self) -> None:
        """A worker that was paused must not replace what its successor wrote."""
        if not (await self.tools.ledger(self.tools.calls.renew([self.claim], self.tools.lease_ms)))[
            0
        ]:
            raise ClaimLost

    async def _settle(self, settlement: Settlement) -> None:
        held, ids = await self.tools.ledger(self.tools.calls.settle(self.claim, settlement))
        if not held:
            raise ClaimLost
        tracing.counted(settlement.counts)
        for kind in KINDS:
            metrics.RECORDS.labels(kind).inc(settlement.counts.get(kind, 0))
        unit = self.claim.unit
        finish_unit = FinishUnit(run_id=unit.run_id, source=unit.source)
        await self._publish_new([*settlement.children, finish_unit], ids)

    async def _publish_new(self, units: Sequence[UnitMessage], ids: Sequence[str]) -> None:
        new = set(ids)
        await self.tools.publish([unit for unit in units if unit.unit_id in new])

    async def _failed(self, error: Exception) -> None:
        """Try again later, or record the failure; without the ledger the lease runs out."""
        tracing.failed(error)
        try:
            if isinstance(error, ClaimLost):
                log.info("unit.lost")
                note(self.claim, "lost")
            elif isinstance(error, CannotServe):
                await self._give_back(error)
            elif self._is_cleaning and not isinstance(error, Exhausted):
                await self._postpone(error)
            elif may_pass(error) and self.claimed.attempts < self.tools.settings.worker.attempts:
                delay = delay_before(self.claimed.attempts)
                note(self.claim, "retried")
                log.warning("unit.retry", error=sentence_of(error), delay=round(delay, 1))
                await self.tools.ledger(
                    self.tools.calls.release(self.claim, delay_ms=int(delay * 1000))
                )
            else:
                await self._give_up(error)
        except ClaimLost:
            log.info("unit.lost")
        except LedgerUnavailable as unavailable:
            log.warning("ledger.unavailable", error=str(unavailable))

    @property
    def _is_cleaning(self) -> bool:
        return (
            isinstance(self.claim.unit, FinishUnit) and self.claimed.state is not RunState.RUNNING
        )

    async def _postpone(self, error: Exception) -> None:
        """Clean up later: a sink may be away, or refuse, for longer than other units are tried."""
        run_id = self.claim.unit.run_id
        status = (await self.tools.ledger(self.tools.calls.status([run_id])))[0]
        stopped_at = status.finished_at if status else None
        delay = run_commit.pause_before_cleaning(stopped_at, self.tools.settings.keep_runs)
        if delay is None:
            await self._give_up(error)
            return
        note(self.claim, "retried")
        log.warning("run.not_cleaned", error=sentence_of(error), delay=round(delay, 1))
        warning = f"{run_commit.NOT_CLEANED} and will be removed later: {sentence_of(error)}"
        await self.tools.ledger(
            self.tools.calls.postpone(self.claim, delay_ms=int(delay * 1000), warning=warning)
        )

    async def _give_back(self, error: CannotServe) -> None:
        """Let another worker have the unit; fail it when none came for long."""
        call = self.tools.calls.give_back(
            self.claim,
            error.warning,
            delay_ms=int(random.uniform(*PAUSE) * 1000),  # noqa: S311 - no secret
            longest_ms=int(LEASES_UNSERVED * self.tools.lease_ms),
        )
        is_given_back = await self.tools.ledger(call)
        if is_given_back is None:
            raise ClaimLost
        if not is_given_back:
            # What a stopped run left can wait longer: whoever has its sink may come back.
            await (self._postpone(error) if self._is_cleaning else self._give_up(error))
            return
        note(self.claim, "not_served")
        log.warning("unit.not_served", error=str(error))
        # Messages that wait in the queue are for those who can serve them: do not take them all.
        await asyncio.sleep(PAUSE_UNSERVED)

    async def _give_up(self, error: Exception) -> None:
        self._note_failed(error)
        if isinstance(self.claim.unit, FinishUnit):
            state = RunState.FAILED if self.claimed.state is RunState.RUNNING else None
            why = f"the results could not be committed: {sentence_of(error)}"
            left = f"{run_commit.NOT_CLEANED} and is yours to remove: {sentence_of(error)}"
            await self.tools.ledger(
                self.tools.calls.finish(
                    self.claim,
                    state,
                    keep_ms=self.tools.keep_ms,
                    reason=why if state else "",
                    warnings=[] if state else [left],
                )
            )
            if state is not None:
                run_ended(state, why)
            else:
                await self._say_stopped()
            return
        await self._settle(Settlement(failure=self._failure(error), counts=tally.get() or {}))

    def _note_failed(self, error: Exception) -> None:
        self._is_failed = True
        note(self.claim, "failed")
        log.error("unit.failed", error=sentence_of(error), code=code_of(error))

    def _failure(self, error: Exception) -> Failure:
        attempts = min(self.claimed.attempts, self.tools.settings.worker.attempts)
        return record_failure(self.claim.unit.unit_id, error, attempts)

    def _ensure_admitted(self, filters: Filters) -> None:
        assert self.claimed.request is not None
        ensure_admitted(self.claimed.request, filters)

    def _run(self, fixed: Circumstances | None) -> Run:
        claimed, run_id = self.claimed, self.claim.unit.run_id
        assert claimed.request is not None
        assert claimed.created_at is not None
        request, place = claimed.request, None
        if fixed is not None:
            request, place = narrowed(request, fixed.filters), fixed.place
        return Run(run_id, claimed.generation, request, claimed.created_at, place)


def run_ended(state: RunState, reason: str | None = None) -> None:
    """Count how a run ended, and log it."""
    say = log.error if state is RunState.FAILED else log.info
    say("run.finished", state=state.value, **({"reason": reason} if reason else {}))
    metrics.RUNS.labels(state.value).inc()


def note(claim: Claim, outcome: str) -> None:
    """Count how an attempt ended, and tell its trace."""
    metrics.UNITS.labels(claim.unit.kind, outcome).inc()
    tracing.ended(outcome)


def _too_long(seconds: float) -> Retryable:
    return Retryable(f"the unit took longer than {seconds:g} s", code="timeout")
