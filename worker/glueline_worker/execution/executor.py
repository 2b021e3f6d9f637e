"""The units that a process holds: claimed, renewed, given back."""

import asyncio
import random
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
from glueline_worker.execution.attempt import Attempt, note
from glueline_worker.execution.fairness import PAUSE, steps_aside
from glueline_worker.execution.fixed_circumstances import Tools, with_problem
from glueline_worker.execution.retry import delay_before
from glueline_worker.execution.unreadable_units import give_up_unread
from glueline_worker.observe import metrics, tracing

log = structlog.get_logger()


class Outcome(Enum):
    """What becomes of the message."""

    ACK = auto()
    REQUEUE = auto()
    BURY = auto()


@dataclass
class Held:
    """An attempt of this process and the task that makes it."""

    attempt: Attempt
    task: asyncio.Task[Any]
    is_lost: bool = False


@dataclass
class Execution:
    """Runs units in this process; all methods belong to its event loop."""

    tools: Tools
    held: dict[str, Held] = field(default_factory=dict)
    is_draining: bool = False
    active_runs: int = 1
    """Runs that are not over, as the ledger said a moment ago."""

    async def run(self, unit: UnitMessage) -> Outcome:
        """Claim a unit and work on it; a unit that is settled or held elsewhere is left alone."""
        claim = Claim(unit, uuid4().hex)
        asked = time.monotonic()
        claimed = None if self.is_draining else await self._claim(claim)
        if claimed is None:
            return Outcome.REQUEUE
        if claimed.outcome == "unknown":
            return Outcome.BURY
        if claimed.outcome not in ("claimed", "exhausted"):
            log.debug("unit.left", outcome=claimed.outcome)
            return Outcome.ACK
        structlog.contextvars.bind_contextvars(attempt=claimed.attempts)
        claimed = with_problem(claimed)
        if claimed.problem:
            return await self._leave(claim, claimed)
        assert claimed.unit is not None
        # What the queue says of the unit may be anybody's; the ledger's word counts.
        claim = replace(claim, unit=claimed.unit)
        under_way = [held.attempt.claim.unit.run_id for held in self.held.values()]
        slots = self.tools.settings.worker.concurrency
        if steps_aside(claim.unit, under_way, slots, self.active_runs):
            return await self._step_aside(claim)
        return await self._hold(claim, claimed, asked)

    async def _claim(self, claim: Claim) -> ClaimResult | None:
        call = self.tools.calls.claim(
            claim, self.tools.lease_ms, self.tools.settings.worker.attempts
        )
        try:
            return await self.tools.ledger(call)
        except LedgerUnavailable as error:
            log.warning("ledger.unavailable", error=str(error))
            await asyncio.sleep(1)  # the message comes back at once: do not spin
            return None

    async def _step_aside(self, claim: Claim) -> Outcome:
        """Come back in seconds; the attempt does not count."""
        note(claim, "stepped_aside")
        delay_ms = int(random.uniform(*PAUSE) * 1000)  # noqa: S311 - no secret
        log.debug("unit.stepped_aside", delay=delay_ms / 1000)
        try:
            await self.tools.ledger(
                self.tools.calls.release(claim, delay_ms=delay_ms, counted=False)
            )
        except LedgerUnavailable as error:
            log.warning("ledger.unavailable", error=str(error))
        return Outcome.ACK

    async def _leave(self, claim: Claim, claimed: ClaimResult) -> Outcome:
        """Leave what this version cannot read to a newer one; after the last attempt it fails."""
        tools, wait_ms = self.tools, int(delay_before(claimed.attempts) * 1000)
        try:
            if claimed.attempts < tools.settings.worker.attempts:
                log.warning("unit.unreadable", error=claimed.problem)
                await tools.ledger(tools.calls.release(claim, delay_ms=wait_ms))
                return Outcome.ACK
            await give_up_unread(tools, claim, claimed)
        except LedgerUnavailable as error:
            log.warning("ledger.unavailable", error=str(error))
        return Outcome.ACK

    async def renew(self) -> None:
        """Prolong the claims of this process; stop working on those that are lost."""
        held = list(self.held.values())
        if not held:
            return
        asked = time.monotonic()
        kept = await self.tools.ledger(
            self.tools.calls.renew([one.attempt.claim for one in held], self.tools.lease_ms)
        )
        for one, is_kept in zip(held, kept, strict=True):
            if is_kept:
                one.attempt.asked = asked
            elif not one.task.done():
                one.is_lost = True
                _cancel(one.task)

    async def reconcile(self) -> int:
        """Publish again what is open and silent; returns how many units."""
        tools = self.tools
        life_ms = int(tools.settings.run_timeout * 1000)
        due = await tools.ledger(tools.calls.find_due(lease_ms=tools.lease_ms, life_ms=life_ms))
        if due.units:
            log.info("reconcile.published", units=len(due.units))
            metrics.REPUBLISHED.inc(len(due.units))
            await tools.publish(due.units)
        for sentence in due.sentences:
            log.error("run.forgotten", reason=sentence)
            await tools.ledger(tools.calls.add_dead_letter(sentence, ""))
        for unit in due.unreadable:
            await self._refuse(unit)
        return len(due.units)

    async def _refuse(self, unit: UnreadableUnit) -> None:
        log.warning("unit.unreadable", run=unit.run_id, unit=unit.unit_id, error=unit.problem)
        tools = self.tools
        became = await tools.ledger(tools.calls.refuse(unit, tools.settings.worker.attempts))
        if not isinstance(became, str):
            await tools.publish([became])

    def kinds_under_way(self) -> list[str]:
        """The kinds of the units that this process holds."""
        return [held.attempt.claim.unit.kind for held in self.held.values()]

    def drain(self) -> None:
        """Give back all that is under way."""
        self.is_draining = True
        for one in self.held.values():
            _cancel(one.task)

    async def _hold(self, claim: Claim, claimed: ClaimResult, asked: float) -> Outcome:
        task = asyncio.current_task()
        assert task is not None
        attempt = Attempt(self.tools, claim, claimed, asked)
        held = self.held[claim.token] = Held(attempt, task)
        with tracing.unit(claim.unit, claimed):
            try:
                await attempt.make()
            except asyncio.CancelledError:
                return await self._stopped(held)
            finally:
                del self.held[claim.token]
        return Outcome.ACK

    async def _stopped(self, held: Held) -> Outcome:
        """Cancelled from outside: the claim was lost, or the worker is told to stop."""
        if held.is_lost:
            log.info("unit.lost")
            note(held.attempt.claim, "lost")
            return Outcome.ACK
        log.info("unit.given_back")
        note(held.attempt.claim, "given_back")
        try:
            await self.tools.ledger(self.tools.calls.release(held.attempt.claim, counted=False))
        except LedgerUnavailable:
            log.warning("unit.lease_left", hint="another worker takes it when the lease ends")
        return Outcome.REQUEUE


def _cancel(task: asyncio.Task[Any]) -> None:
    """Once: a second time would interrupt the giving back."""
    if not task.cancelling():
        task.cancel()
