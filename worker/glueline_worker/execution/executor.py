"""The units that a process works on: claim them, renew their leases, give them back."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any
from uuid import uuid4

import structlog

from glueline.contract.messages import UnitMessage
from glueline.ledger import LedgerUnavailable
from glueline.ledger.commands import Claim
from glueline.ledger.results import ClaimResult, UnreadableUnit
from glueline_worker.execution.attempt import run_attempt
from glueline_worker.execution.circumstances import check_circumstances
from glueline_worker.execution.claimed_unit import ClaimedUnit
from glueline_worker.execution.fairness import draw_yield_delay, should_yield
from glueline_worker.execution.observer import AttemptObserver
from glueline_worker.execution.retry import retry_delay
from glueline_worker.execution.services import WorkerServices
from glueline_worker.execution.unreadable_units import give_up_unreadable
from glueline_worker.observe import metrics, tracing

log = structlog.get_logger()


class MessageOutcome(Enum):
    """The outcomes of a message: acknowledged, back to the queue, or a dead letter."""

    ACK = auto()
    REQUEUE = auto()
    DEAD_LETTER = auto()


@dataclass
class RunningAttempt:
    """A unit of this process and the task that works on it."""

    claimed: ClaimedUnit
    task: asyncio.Task[Any]
    is_lost: bool = False


@dataclass
class Executor:
    """Runs units in this process; all methods belong to its event loop."""

    services: WorkerServices
    running: dict[str, RunningAttempt] = field(default_factory=dict)
    is_draining: bool = False
    active_runs: int = 1
    """Runs that are not over, as the ledger counted them a moment ago."""

    async def run(self, unit: UnitMessage) -> MessageOutcome:
        """Claim a unit and work on it; leave a unit that is settled or claimed elsewhere."""
        claim = Claim(unit, uuid4().hex)
        sent_at = time.monotonic()
        result = None if self.is_draining else await self._claim(claim)
        if result is None:
            return MessageOutcome.REQUEUE
        if result.outcome == "unknown":
            return MessageOutcome.DEAD_LETTER
        if result.outcome not in ("claimed", "exhausted"):
            log.debug("unit.left", outcome=result.outcome)
            return MessageOutcome.ACK
        structlog.contextvars.bind_contextvars(attempt=result.attempts)
        result = check_circumstances(result)
        if result.problem:
            return await self._leave_unreadable(claim, result)
        assert result.unit is not None
        # Anybody can put a message into the queue; only the ledger's unit counts.
        claim = replace(claim, unit=result.unit)
        observer = AttemptObserver(claim.unit.kind)
        claimed = ClaimedUnit(self.services, claim, result, sent_at, observer)
        run_ids = [attempt.claimed.unit.run_id for attempt in self.running.values()]
        slots = self.services.settings.worker.concurrency
        if should_yield(claim.unit, run_ids, slots, self.active_runs):
            return await self._yield_slot(claimed)
        return await self._run_attempt(claimed)

    async def renew(self) -> None:
        """Renew the claims of this process; stop working on those that are lost."""
        running = list(self.running.values())
        if not running:
            return
        sent_at = time.monotonic()
        claims = [attempt.claimed.claim for attempt in running]
        call = self.services.calls.renew(claims, self.services.lease_ms)
        renewed = await self.services.ledger(call)
        for attempt, is_renewed in zip(running, renewed, strict=True):
            if is_renewed:
                attempt.claimed.confirmed_at = sent_at
            elif not attempt.task.done():
                attempt.is_lost = True
                _cancel(attempt.task)

    async def reconcile(self) -> int:
        """Publish open units again that nobody works on; return how many."""
        services = self.services
        life_ms = int(services.settings.run_timeout * 1000)
        due = await services.ledger(
            services.calls.find_due(lease_ms=services.lease_ms, life_ms=life_ms)
        )
        if due.units:
            log.info("reconcile.published", units=len(due.units))
            metrics.REPUBLISHED.inc(len(due.units))
            await services.publish(due.units)
        for sentence in due.sentences:
            log.error("run.forgotten", reason=sentence)
            await services.ledger(services.calls.add_dead_letter(sentence, ""))
        for unit in due.unreadable:
            await self._refuse_unreadable(unit)
        return len(due.units)

    def list_kinds(self) -> list[str]:
        """Return the kinds of the units that this process works on."""
        return [attempt.claimed.unit.kind for attempt in self.running.values()]

    def drain(self) -> None:
        """Give back all units and take no more."""
        self.is_draining = True
        for attempt in self.running.values():
            _cancel(attempt.task)

    async def _claim(self, claim: Claim) -> ClaimResult | None:
        services = self.services
        call = services.calls.claim(claim, services.lease_ms, services.settings.worker.attempts)
        try:
            return await services.ledger(call)
        except LedgerUnavailable as error:
            log.warning("ledger.unavailable", error=str(error))
            await asyncio.sleep(1)  # the message comes back at once: do not spin
            return None

    async def _yield_slot(self, claimed: ClaimedUnit) -> MessageOutcome:
        """Let the unit come back in seconds; the attempt does not count."""
        delay = draw_yield_delay()
        claimed.observer.report_yield(delay)
        calls = self.services.calls
        try:
            await self.services.ledger(
                calls.release(claimed.claim, delay_ms=int(delay * 1000), counted=False)
            )
        except LedgerUnavailable as error:
            log.warning("ledger.unavailable", error=str(error))
        return MessageOutcome.ACK

    async def _leave_unreadable(self, claim: Claim, result: ClaimResult) -> MessageOutcome:
        """Leave a unit that this version cannot read to a newer one, or fail it at last."""
        services, delay_ms = self.services, int(retry_delay(result.attempts) * 1000)
        try:
            if result.attempts < services.settings.worker.attempts:
                log.warning("unit.unreadable", error=result.problem)
                await services.ledger(services.calls.release(claim, delay_ms=delay_ms))
                return MessageOutcome.ACK
            await give_up_unreadable(services, claim, result)
        except LedgerUnavailable as error:
            log.warning("ledger.unavailable", error=str(error))
        return MessageOutcome.ACK

    async def _refuse_unreadable(self, unit: UnreadableUnit) -> None:
        log.warning("unit.unreadable", run=unit.run_id, unit=unit.unit_id, error=unit.problem)
        services = self.services
        next_unit = await services.ledger(
            services.calls.refuse(unit, services.settings.worker.attempts)
        )
        if not isinstance(next_unit, str):
            await services.publish([next_unit])

    async def _run_attempt(self, claimed: ClaimedUnit) -> MessageOutcome:
        task = asyncio.current_task()
        assert task is not None
        token = claimed.claim.token
        running = self.running[token] = RunningAttempt(claimed, task)
        with tracing.unit_span(claimed.unit, claimed.result):
            try:
                await run_attempt(claimed)
            except asyncio.CancelledError:
                return await self._handle_cancellation(running)
            finally:
                del self.running[token]
        return MessageOutcome.ACK

    async def _handle_cancellation(self, running: RunningAttempt) -> MessageOutcome:
        """Give the unit back when the worker stops; a lost claim has nothing to give back."""
        claimed = running.claimed
        if running.is_lost:
            claimed.observer.report_loss()
            return MessageOutcome.ACK
        claimed.observer.report_return()
        try:
            await self.services.ledger(self.services.calls.release(claimed.claim, counted=False))
        except LedgerUnavailable:
            log.warning("unit.lease_left", hint="another worker takes it when the lease ends")
        return MessageOutcome.REQUEUE


def _cancel(task: asyncio.Task[Any]) -> None:
    """Cancel the task once: a second time would interrupt giving the unit back."""
    if not task.cancelling():
        task.cancel()
