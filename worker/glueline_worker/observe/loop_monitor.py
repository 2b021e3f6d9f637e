"""Measure how late the event loop is, and touch a heartbeat file while it runs."""

import asyncio
import time
from collections import deque
from pathlib import Path

import structlog

from glueline.contract.errors import UsageError
from glueline_worker.observe.metrics import LOOP_LAG, LOOP_LAG_MAX

_BEAT_SECONDS = 0.5
"""Seconds between two measurements."""
_LAG_LIMIT = 0.05
"""Seconds of lag that are worth a line in the log."""
_QUIET_SECONDS = 60.0
"""Seconds between two such lines, and those for which the longest lag is remembered."""

log = structlog.get_logger()


class LoopMonitor:
    """Measures the running loop until it is cancelled."""

    def __init__(self, heartbeat: Path | None) -> None:
        """Touch ``heartbeat`` at each measurement; raises UsageError when that is impossible."""
        self._heartbeat = heartbeat
        self._lags: deque[tuple[float, float]] = deque(maxlen=int(_QUIET_SECONDS / _BEAT_SECONDS))
        self._logged_at = 0.0
        try:
            self._touch()
        except OSError as error:
            raise UsageError(
                f"the heartbeat file {heartbeat} cannot be written: {error.strerror}"
            ) from None

    async def run(self) -> None:
        """Measure and touch the file, again and again."""
        while True:
            started = time.monotonic()
            await asyncio.sleep(_BEAT_SECONDS)
            self._record_lag(time.monotonic() - started - _BEAT_SECONDS)
            try:
                self._touch()
            except OSError as error:
                log.warning("heartbeat.failed", error=str(error.strerror))

    def _record_lag(self, lag: float) -> None:
        now = time.monotonic()
        self._lags.append((now, lag))
        LOOP_LAG.observe(lag)
        worst = max(late for at, late in self._lags if at > now - _QUIET_SECONDS)
        LOOP_LAG_MAX.set(worst)
        if lag > _LAG_LIMIT and now > self._logged_at + _QUIET_SECONDS:
            self._logged_at = now
            log.warning("loop.lag", seconds=round(lag, 3), worst=round(worst, 3))

    def _touch(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.touch()
