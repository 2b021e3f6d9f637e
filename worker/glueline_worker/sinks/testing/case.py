"""One case of the suite, and when it applies to a sink."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from glueline_worker.sinks.testing.place import SinkPlace
from glueline_worker.sinks.testing.trial import SinkTrial, open_trial

READING = "texts"
MERGING = "merges_runs"
INCREMENTAL = "is_incremental"
_REASONS = {
    READING: "the sink gives no records back",
    MERGING: "the sink keeps the records of each run apart",
    INCREMENTAL: "the sink does not know what it holds",
}


@dataclass(frozen=True)
class SinkCase:
    """A behaviour that sinks have in common; ``check`` raises AssertionError without it."""

    check: Callable[[SinkTrial], Awaitable[None]]
    needs: tuple[str, ...] = ()
    """Abilities of the place without which the case says nothing."""

    @property
    def name(self) -> str:
        """The name of the case, as tests show it."""
        return self.check.__name__.removeprefix("check_")

    def not_applicable_reason(self, place: SinkPlace) -> str:
        """Return why the case says nothing about the sink; "" if it applies."""
        return next((_REASONS[need] for need in self.needs if not getattr(place, need)), "")

    async def run(self, place: SinkPlace) -> None:
        """Check the behaviour on an empty place."""
        async with open_trial(place) as trial:
            await self.check(trial)
