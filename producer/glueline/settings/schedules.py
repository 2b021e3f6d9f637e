"""Schedules and their slots: pure functions of the schedule and the clock.

A slot is named by the Unix second it begins at: a multiple of the interval, or a time that the
cron expression names. Jitter delays its start by a share that only the schedule and the slot
decide, so that all schedulers agree on it.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import BeforeValidator, Field, field_validator, model_validator

from glueline.contract.filters import Globs
from glueline.contract.messages import ExtractionRequest
from glueline.contract.model import StrictModel
from glueline.settings.sources import Source

FAR = 4_000_000_000
"""Unix seconds, in the year 2096: clocks beyond it are wrong."""


def _parse_seconds(value: Any) -> Any:
    """Parse seconds from a number or from ``90s``, ``15m``, ``6h``, ``1d``."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", value.strip())
    if found is None:
        raise ValueError("a time is a number of seconds, or a number with s, m, h or d: 15m")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]


class Schedule(StrictModel):
    """An extraction that recurs, by an interval or a cron expression."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    every: (
        Annotated[float, BeforeValidator(_parse_seconds), Field(ge=1, le=FAR, multiple_of=1)] | None
    ) = None
    """The interval, in whole seconds or as ``15m``, ``6h``, ``1d``; either this or ``cron``."""
    cron: Annotated[str, Field(max_length=200)] | None = None
    """Minute, hour, day of month, month, day of week: ``15 2 * * *``."""
    timezone: Annotated[str, Field(max_length=100)] = "UTC"
    """The time zone of ``cron``, such as ``Europe/Berlin``."""
    jitter: Annotated[float, BeforeValidator(_parse_seconds), Field(ge=0, le=FAR)] = 0
    """Seconds, or ``5m``: the most that a run starts late, the same for every scheduler."""
    overlap: Literal["skip", "supersede"] = "skip"
    """While a run of the same source, scope and filters goes on: skip the slot, or supersede it."""
    sources: Globs | None = None
    """The declared sources that it serves, each with slots of its own, in place of the request's
    one: ``{ allow = ["prod-*"] }``. Those of templates are among them."""
    tags: dict[str, str] = Field(default_factory=dict)
    """The same for sources with these tags; with both, for sources with the tags and the name."""
    request: ExtractionRequest = ExtractionRequest()

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("there is no such time zone; they are called Europe/Berlin") from None
        return name

    @model_validator(mode="after")
    def _one_timing(self) -> Self:
        if (self.every is None) == (self.cron is None):
            raise ValueError("a schedule has either every or cron")
        if self.cron is None and self.timezone != "UTC":
            raise ValueError("timezone goes with cron; intervals are counted from 1970 in UTC")
        if self.every is not None and self.jitter > self.every:
            raise ValueError("jitter is longer than the interval")
        if self.cron is not None:
            _check_cron(self.cron)
        return self

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        if self._serves_many and "source" in self.request.model_fields_set:
            raise ValueError("a schedule has either sources or tags, or a source in its request")
        return self

    @property
    def _serves_many(self) -> bool:
        return self.sources is not None or bool(self.tags)

    def expand(self, declared: Mapping[str, Source]) -> "list[Schedule]":
        """Return a schedule for each of the ``declared`` sources that it serves; else itself."""
        if not self._serves_many:
            return [self]
        names = self.sources or Globs()
        return [
            self.model_copy(
                update={
                    "name": f"{self.name}/{source}",
                    "sources": None,
                    "tags": {},
                    "request": self.request.model_copy(update={"source": source}),
                }
            )
            for source in sorted(declared)
            if names.admits(source) and declared[source].has_tags(self.tags)
        ]

    @property
    def timing(self) -> str:
        """The recurrence in a few words."""
        return f"{self.every:g} s" if self.cron is None else f"{self.cron} {self.timezone}"

    def slot(self, now: float) -> int | None:
        """Return the newest slot that is due at the Unix time ``now``; None before the first."""
        newest = self._before(now)
        if newest is None or self.due(newest) <= now:
            return newest
        return self._before(newest - 1)

    def next_due(self, now: float) -> float | None:
        """Return the Unix time when the next slot after ``now`` is due; None when there is none."""
        newest = self._before(now)
        if newest is not None and self.due(newest) > now:
            return self.due(newest)
        following = self._after(now)
        return None if following is None else self.due(following)

    def due(self, slot: int) -> float:
        """Return the time when a slot is due with its jitter, always before the next one begins."""
        if not self.jitter:
            return slot
        following = self._after(slot)
        room = self.jitter if following is None else min(self.jitter, following - slot)
        digest = blake2b(f"{self.name}/{slot}".encode(), digest_size=4).digest()
        return slot + int.from_bytes(digest) / 2**32 * room

    def _before(self, moment: float) -> int | None:
        """Return the last slot that begins at ``moment`` or earlier."""
        if self.every is not None:
            return math.floor(moment // self.every * self.every)
        return self._cron(math.floor(moment) + 1, reverse=True)

    def _after(self, moment: float) -> int | None:
        if self.every is not None:
            return math.floor((moment // self.every + 1) * self.every)
        return self._cron(math.floor(moment), reverse=False)

    def _cron(self, moment: int, *, reverse: bool) -> int | None:
        assert self.cron is not None
        start = datetime.fromtimestamp(moment, ZoneInfo(self.timezone))
        try:
            return int(next(CronSim(self.cron, start, reverse=reverse)).timestamp())
        except StopIteration:
            return None


def _check_cron(expression: str) -> None:
    if len(expression.split()) != 5:  # noqa: PLR2004
        raise ValueError("cron has five fields: minute, hour, day of month, month, day of week")
    try:
        next(CronSim(expression, datetime(2024, 1, 1)))  # noqa: DTZ001 - only its form counts
    except CronSimError as error:
        raise ValueError(f"cron has a field that cannot be understood: {error}") from None
    except StopIteration:
        raise ValueError("cron names a day that never comes") from None
