"""Recurring extractions.

Time is cut into slots of a schedule's interval, and a slot's number is part of the idempotency
key: a scheduler that restarts, or a second one beside it, opens no second run for a slot.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from glueline.contract.errors import GluelineError
from glueline.contract.runs import RunState
from glueline.producer import Accepted, Producer
from glueline.settings import Schedule

log = structlog.get_logger()


def slot_of(schedule: Schedule, now: float) -> int:
    """The number of the slot that the Unix time ``now`` lies in."""
    return int(now // schedule.every)


@dataclass
class Scheduler:
    """Enqueues what is due. ``clock`` answers Unix time in seconds."""

    producer: Producer
    schedules: Sequence[Schedule]
    clock: Callable[[], float] = time.time
    heartbeat: Path | None = None
    """Touched after each tick."""
    _done: dict[str, int] = field(default_factory=dict)

    def tick(self) -> list[Accepted]:
        """Enqueue each schedule whose slot has not been served; the runs that are new.

        A slot is skipped while an earlier run of the same request goes on: restarting it again
        and again would never finish it. When Redis is away the slot stays due.
        """
        opened = []
        for schedule in self.schedules:
            slot = slot_of(schedule, self.clock())
            if self._done.get(schedule.name) == slot:
                continue
            try:
                accepted = self._fire(schedule, slot)
            except GluelineError as error:
                log.warning("schedule.postponed", schedule=schedule.name, error=str(error))
                continue
            self._done[schedule.name] = slot
            if accepted and accepted.is_new:
                log.info("schedule.fired", schedule=schedule.name, run=accepted.run_id)
                opened.append(accepted)
        return opened

    def run(self) -> None:
        """Tick for ever, once a second."""
        while True:
            self.tick()
            if self.heartbeat is not None:
                self.heartbeat.touch()
            time.sleep(1)

    def _fire(self, schedule: Schedule, slot: int) -> Accepted | None:
        key = f"schedule/{schedule.name}/{slot}"
        request = schedule.request.model_copy(update={"idempotency_key": key})
        for run in self.producer.runs(200):
            same = (run.request.source, run.request.scope, run.request.filters) == (
                request.source,
                request.scope,
                request.filters,
            )
            if same and run.state is RunState.RUNNING and run.request.idempotency_key != key:
                log.info("schedule.skipped", schedule=schedule.name, running=run.run_id)
                return None
        return self.producer.enqueue(request)
