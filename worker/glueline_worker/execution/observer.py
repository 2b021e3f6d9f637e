"""Logs, metrics and traces of attempts and of the ends of runs."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from glueline.contract.records import KINDS
from glueline.contract.runs import RunState
from glueline_worker.execution.retry import error_code, error_message
from glueline_worker.observe import metrics, tracing

log = structlog.get_logger()


@dataclass
class AttemptObserver:
    """Reports what happens to one attempt at a unit of ``kind``, which begins with this object."""

    kind: str
    has_failed: bool = False
    _started: float = field(default_factory=time.monotonic)

    def report_counts(self, counts: Mapping[str, int]) -> None:
        """Count the records of a unit that the ledger has settled."""
        tracing.set_counts(counts)
        for kind in KINDS:
            metrics.RECORDS.labels(kind).inc(counts.get(kind, 0))

    def report_end(self) -> None:
        """Report that the attempt settled its unit, as done or as failed."""
        seconds = time.monotonic() - self._started
        if not self.has_failed:
            log.info("unit.settled", seconds=round(seconds, 3))
            self._count("settled")
        metrics.UNIT_SECONDS.labels(self.kind).observe(seconds)

    def report_error(self, error: Exception) -> None:
        """Attach the error of an attempt to its trace."""
        tracing.set_error(error)

    def report_surprise(self, error: Exception) -> None:
        """Log the traceback of an error that no code raises on purpose."""
        log.error("unit.surprise", exc_info=error)

    def report_retry(self, error: Exception, delay: float) -> None:
        """Report that the unit is tried again in ``delay`` seconds."""
        self._count("retried")
        log.warning("unit.retry", error=error_message(error), delay=round(delay, 1))

    def report_cleanup_retry(self, error: Exception, delay: float) -> None:
        """Report that the cleanup of a run is tried again in ``delay`` seconds."""
        self._count("retried")
        log.warning("run.not_cleaned", error=error_message(error), delay=round(delay, 1))

    def report_failure(self, error: Exception) -> None:
        """Report that the unit failed for good."""
        self.report_failure_text(error_message(error), error_code(error))

    def report_failure_text(self, message: str, code: str) -> None:
        """Report that the unit failed for good, for an error that is only known as text."""
        self.has_failed = True
        self._count("failed")
        log.error("unit.failed", error=message, code=code)

    def report_loss(self) -> None:
        """Report that another worker holds the unit now, or that its run was stopped."""
        log.info("unit.lost")
        self._count("lost")

    def report_return(self) -> None:
        """Report that the unit is given back because this worker stops."""
        log.info("unit.given_back")
        self._count("given_back")

    def report_not_served(self, error: Exception) -> None:
        """Report that this worker cannot serve the unit and leaves it to another."""
        self._count("not_served")
        log.warning("unit.not_served", error=str(error))

    def report_yield(self, delay: float) -> None:
        """Report that the unit comes back in ``delay`` seconds to let others go first."""
        self._count("stepped_aside")
        log.debug("unit.stepped_aside", delay=delay)

    def _count(self, outcome: str) -> None:
        metrics.UNITS.labels(self.kind, outcome).inc()
        tracing.set_outcome(outcome)


def report_run_end(state: RunState, reason: str | None = None) -> None:
    """Log and count the end of a run."""
    write = log.error if state is RunState.FAILED else log.info
    write("run.finished", state=state.value, **({"reason": reason} if reason else {}))
    metrics.RUNS_FINISHED.labels(state.value).inc()
