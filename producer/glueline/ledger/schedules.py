"""Marks of schedulers: which slots were served, and when all of them last were."""

from glueline.ledger.command import Command
from glueline.ledger.keys import Keys

SCHEDULER_TTL_MS = 3 * 24 * 3600 * 1000


def last_slot(keys: Keys, schedule: str, timing: str) -> Command[int | None]:
    """Return the last slot of a schedule that was served; None when there was none."""
    return Command(
        "last_slot",
        (keys.schedules,),
        (schedule, timing),
        lambda slot: None if slot is None else int(slot),
    )


def mark_slot(keys: Keys, schedule: str, timing: str, slot: int) -> Command[None]:
    """Record that a slot of a schedule was served."""
    return Command("mark_slot", (keys.schedules,), (schedule, timing, slot), lambda _: None)


def mark_scheduler(keys: Keys) -> Command[None]:
    """Record that a scheduler has just served all that was due."""
    return Command("mark_scheduler", (keys.scheduler,), (SCHEDULER_TTL_MS,), lambda _: None)
