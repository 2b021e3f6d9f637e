"""A ledger on a real Redis that a test moves by hand, with a clock that can be put forward."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import redis

from glueline.contract.messages import ExtractionRequest, UnitMessage
from glueline.contract.runs import Failure, RunState, RunStatus
from glueline.ledger import Commands, Keys, Ledger
from glueline.ledger.commands import Claim, Settlement, make_finish_unit
from glueline.ledger.results import ClaimResult, DueUnits, OpenRunResult

LEASE = 100_000
"""Milliseconds; long, so that only ``advance`` makes a lease lapse."""
SILENCE = 300_000
SLACK = 50_000
KEEP = 600_000


def failure(unit_id: str, message: str = "no", code: str = "AccessDeniedException") -> Failure:
    return Failure(unit_id=unit_id, code=code, message=message, attempts=1, at=datetime.now(UTC))


class LedgerHarness:
    """Carries out the ledger's commands and names claims itself."""

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        self.client = client
        self.ledger = Ledger(client)
        self.calls = Commands(Keys(prefix), redispatch_after_ms=SILENCE, overtake_margin_ms=SLACK)
        self.keys = self.calls.keys
        self._tokens = count()
        self._runs = count(1)

    def open(self, request: ExtractionRequest | None = None) -> OpenRunResult:
        run_id = f"{next(self._runs):032x}"
        return self.ledger(self.calls.open_run(run_id, request or ExtractionRequest()))

    def claim(self, unit: UnitMessage, attempts: int = 4) -> tuple[Claim, ClaimResult]:
        claim = Claim(unit, f"token-{next(self._tokens)}")
        return claim, self.ledger(self.calls.claim(claim, LEASE, attempts))

    def take(self, unit: UnitMessage) -> Claim:
        claim, answer = self.claim(unit)
        assert answer.outcome == "claimed"
        return claim

    def settle(self, claim: Claim, **outcome: Any) -> tuple[bool, list[str]]:
        return self.ledger(self.calls.settle(claim, Settlement(**outcome)))

    def fail(self, claim: Claim, message: str = "no") -> tuple[bool, list[str]]:
        return self.settle(claim, failure=failure(claim.unit.unit_id, message))

    def finish(self, run_id: str, state: RunState | None = RunState.SUCCEEDED, **more: Any) -> bool:
        """Claim the run's ``finish`` and end the run."""
        claim = self.take(make_finish_unit(run_id, "default"))
        return self.ledger(self.calls.finish(claim, state, keep_ms=KEEP, **more))

    def run_to_end(
        self, units: Sequence[UnitMessage], state: RunState = RunState.SUCCEEDED
    ) -> None:
        """Settle the first units of a run, as failed unless it shall succeed, and end it."""
        for unit in units:
            claim = self.take(unit)
            if state is RunState.SUCCEEDED:
                self.settle(claim)
            else:
                self.fail(claim)
        self.finish(units[0].run_id, state)

    def cancel(self, run_id: str) -> bool:
        """Cancel a run and tell whether this stopped it."""
        result = self.ledger(self.calls.cancel(run_id, "enough"))
        return result is not None and bool(result.units)

    def due_units(self, limit: int = 1000) -> list[UnitMessage]:
        return self.reconcile(limit).units

    def reconcile(self, limit: int = 1000, **times: int) -> DueUnits:
        """Run the reconciler's command and return all that it finds."""
        return self.ledger(self.calls.find_due(limit, **times))

    def status(self, run_id: str) -> RunStatus:
        found = self.ledger(self.calls.status([run_id]))[0]
        assert found is not None
        return found

    def advance(self, milliseconds: int) -> None:
        """Put the clock forward: all that is due comes nearer."""
        for base in self.client.keys(f"{self.keys.prefix}run:*:open"):
            for unit_id in self.client.zrange(base, 0, -1):
                self.client.zincrby(base, -milliseconds, unit_id)
        if self.client.exists(self.keys.watermark):
            self.client.decrby(self.keys.watermark, milliseconds)

    def fill_queue(self, messages: int) -> None:
        """Make the queue this long, with messages that nobody will read."""
        self.client.delete(self.keys.queue)
        if messages:
            self.client.rpush(self.keys.queue, *range(messages))

    def claims(self, run_id: str) -> dict[str, str]:
        found = self.client.hgetall(f"{self.keys.run(run_id)}:claims")
        return {key.decode(): value.decode() for key, value in found.items()}

    def run_keys(self, run_id: str) -> list[str]:
        return sorted(key.decode() for key in self.client.keys(f"{self.keys.run(run_id)}*"))
