"""Recurring extractions, each slot of a schedule once.

The slot is part of the idempotency key, so that two schedulers side by side open one run. The
ledger keeps the last slot that was served for longer than runs: a scheduler that restarts knows
what it missed, and serves the newest slot of it once.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from glueline.client.producer import Accepted, Producer
from glueline.contract.errors import GluelineError, UsageError
from glueline.settings.schedules import Schedule

log = structlog.get_logger()

TICK_INTERVAL = 1.0
"""Seconds between two ticks."""


@dataclass
class Scheduler:
    """Enqueues what is due. ``clock`` returns Unix time in seconds."""

    producer: Producer
    schedules: Sequence[Schedule]
    clock: Callable[[], float] = time.time
    heartbeat: Path | None = None
    """Touched after each tick."""
    _served: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse schedules that share a name, because they would share slots."""
        if len({schedule.name for schedule in self.schedules}) < len(self.schedules):
            raise UsageError("two schedules have the same name; each needs its own")

    def tick(self) -> list[Accepted]:
        """Serve each schedule whose newest slot has not been served; return the new runs.

        While Redis is away a slot stays due.
        """
        opened, postponed = [], 0
        for schedule in self.schedules:
            try:
                accepted = self._look(schedule)
            except GluelineError as error:
                log.warning("schedule.postponed", schedule=schedule.name, error=str(error))
                postponed += 1
                continue
            if accepted and accepted.is_new:
                log.info("schedule.fired", schedule=schedule.name, run=accepted.run_id)
                opened.append(accepted)
        if self.schedules and not postponed:
            with suppress(GluelineError):
                self.producer.mark_scheduler()
        return opened

    def run(self) -> None:
        """Tick for ever."""
        while True:
            self.tick()
            if self.heartbeat is not None:
                self.heartbeat.touch()
            time.sleep(TICK_INTERVAL)

    def _look(self, schedule: Schedule) -> Accepted | None:
        slot = schedule.slot(self.clock())
        before = self._served.get(schedule.name)
        if slot is None or (before is not None and before >= slot):
            return None
        last = self.producer.last_slot(schedule)
        accepted = None
        if last is not None and last >= slot:
            log.debug("schedule.known", schedule=schedule.name, slot=slot)
        elif last is None and before is None and schedule.cron is not None:
            # A schedule that was written at noon does not serve last night's slot.
            self.producer.mark_slot(schedule, slot)
        else:
            accepted = self._fire(schedule, slot)
            self.producer.mark_slot(schedule, slot)
        self._served[schedule.name] = slot
        return accepted

    def _fire(self, schedule: Schedule, slot: int) -> Accepted | None:
        key = f"schedule/{schedule.name}/{slot}"
        request = schedule.request.model_copy(update={"idempotency_key": key})
        if schedule.overlap == "skip":
            other = self.producer.find_running(request)
            if other is not None and other.request.idempotency_key != key:
                log.info("schedule.skipped", schedule=schedule.name, running=other.run_id)
                return None
        return self.producer.enqueue(request, "schedule")
