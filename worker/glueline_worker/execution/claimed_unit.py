"""A unit that this process has claimed, and the ledger's commands about it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from glueline.contract.messages import FinishUnit, UnitMessage
from glueline.contract.runs import Failure, RunState, RunStatus
from glueline.ledger.commands import Claim, Settlement, make_finish_unit
from glueline.ledger.results import ClaimResult
from glueline_worker.execution.circumstances import Circumstances
from glueline_worker.execution.observer import AttemptObserver
from glueline_worker.execution.retry import ClaimLost, make_failure
from glueline_worker.execution.services import WorkerServices
from glueline_worker.execution.source_filters import narrow_request
from glueline_worker.sinks.model import Run


@dataclass
class ClaimedUnit:
    """A claim, the ledger's answer to it, and the observer that reports on it."""

    services: WorkerServices
    claim: Claim
    result: ClaimResult
    confirmed_at: float
    """When the ledger last confirmed the claim, on this process's clock."""
    observer: AttemptObserver

    @property
    def unit(self) -> UnitMessage:
        """The unit as the ledger knows it."""
        return self.claim.unit

    @property
    def is_cleanup(self) -> bool:
        """True for the end of a run that was stopped: its results are removed."""
        return isinstance(self.unit, FinishUnit) and self.result.state is not RunState.RUNNING

    @property
    def is_last_attempt(self) -> bool:
        """True when the unit is not tried again after a failure."""
        return self.result.attempts >= self.services.settings.worker.attempts

    async def ensure_claim(self) -> None:
        """Confirm the claim if its lease may have ended while this process was paused."""
        if time.monotonic() - self.confirmed_at > self.services.settings.worker.lease:
            await self.confirm()

    async def confirm(self) -> None:
        """Renew the claim; raises ClaimLost.

        A worker that was paused must not replace what its successor wrote.
        """
        call = self.services.calls.renew([self.claim], self.services.lease_ms)
        if not (await self.services.ledger(call))[0]:
            raise ClaimLost

    async def open_units(self, children: Sequence[UnitMessage]) -> None:
        """Open children while this unit is still in progress; raises ClaimLost."""
        if not children:
            return
        call = self.services.calls.open_units(self.claim, children)
        has_claim, new_ids = await self.services.ledger(call)
        if not has_claim:
            raise ClaimLost
        await self._publish_new(children, new_ids)

    async def settle(self, settlement: Settlement) -> None:
        """Settle the unit and publish the units that follow it; raises ClaimLost."""
        call = self.services.calls.settle(self.claim, settlement)
        has_claim, new_ids = await self.services.ledger(call)
        if not has_claim:
            raise ClaimLost
        self.observer.report_counts(settlement.counts)
        finish = make_finish_unit(self.unit.run_id, self.unit.source)
        await self._publish_new([*settlement.children, finish], new_ids)

    async def release(self, delay: float) -> None:
        """Let the unit be tried again after ``delay`` seconds."""
        call = self.services.calls.release(self.claim, delay_ms=int(delay * 1000))
        await self.services.ledger(call)

    async def get_status(self) -> RunStatus | None:
        """Return the status of the run; None when the ledger has forgotten it."""
        return (await self.services.ledger(self.services.calls.status([self.unit.run_id])))[0]

    def make_failure(self, error: Exception) -> Failure:
        """Describe the final failure of the unit for the ledger."""
        attempts = min(self.result.attempts, self.services.settings.worker.attempts)
        return make_failure(self.unit.unit_id, error, attempts)

    def make_run(self, circumstances: Circumstances | None) -> Run:
        """Describe the run for sinks: with circumstances, its place and narrowed request."""
        result = self.result
        assert result.request is not None
        assert result.created_at is not None
        request, place = result.request, None
        if circumstances is not None:
            request = narrow_request(request, circumstances.filters)
            place = circumstances.place
        return Run(self.unit.run_id, result.generation, request, result.created_at, place)

    async def _publish_new(self, units: Sequence[UnitMessage], new_ids: Sequence[str]) -> None:
        new = set(new_ids)
        await self.services.publish([unit for unit in units if unit.unit_id in new])
