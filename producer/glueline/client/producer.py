"""Enqueue extractions and follow them, from any Python service.

>>> from glueline import Producer
>>> with Producer() as producer:                               # doctest: +SKIP
...     run = producer.enqueue_database("sales")
...     print(producer.wait(run.run_id).state)
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self
from uuid import uuid4

from pydantic import ValidationError

from glueline.client.errors import KeyConflict, UnknownRun, WaitTimeout
from glueline.client.shards import Shard, Shards, split_by_shard
from glueline.client.source_checks import SourceChecks
from glueline.contract.errors import UsageError
from glueline.contract.filters import Filters
from glueline.contract.messages import (
    CatalogScope,
    DatabaseScope,
    ExtractionRequest,
    JobScope,
    Options,
    Scope,
    TableScope,
    UnitMessage,
)
from glueline.contract.model import StrictModel, first_error
from glueline.contract.runs import AnyRun, DeadLetter, Failure, RunState, RunStatus, RunSummary
from glueline.ledger import LedgerUnavailable, schedules
from glueline.ledger.changes import EventChanges, RecordResult, record_changes
from glueline.ledger.command import CommandExecutor
from glueline.ledger.commands import RunCursor, cursor_of
from glueline.ledger.keys import KeyOrigin
from glueline.ledger.results import OpenRunResult
from glueline.queue import MessagePublisher, QueueUnavailable, make_commands
from glueline.settings.schedules import Schedule
from glueline.settings.settings import Settings, load_settings
from glueline.telemetry import tracing

DEFAULT_FILTERS = Filters()
DEFAULT_OPTIONS = Options()
POLL_INTERVAL = 0.3
"""Seconds between two readings of a run that is watched."""


class Accepted(StrictModel):
    """An extraction that was accepted. ``is_new`` is False when its idempotency key was known."""

    run_id: str
    generation: int
    is_new: bool


class Producer:
    """Enqueues extractions; every method blocks. Safe to share between threads.

    With several Redis shards, each request goes to that of its source. Errors name the shard that
    does not answer; listings go on without it, and log a warning.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        ledger: CommandExecutor | None = None,
        publisher: MessagePublisher | None = None,
    ) -> None:
        """Connect on first use to the Redis that ``settings`` (default: the usual) name.

        A ``ledger`` or ``publisher`` of your own takes the place of Redis, as in
        ``glueline.testing``; closing it stays with you.
        """
        self.settings = settings or load_settings()
        self._shards = Shards(self.settings, ledger, publisher)
        self._commands = make_commands(self.settings)
        self.checks = SourceChecks(self._shards, self._commands.keys)

    def enqueue_catalog(
        self,
        source: str = "default",
        *,
        filters: Filters = DEFAULT_FILTERS,
        options: Options = DEFAULT_OPTIONS,
        idempotency_key: str | None = None,
    ) -> Accepted:
        """Extract all databases and jobs of ``source`` that ``filters`` admit."""
        return self._enqueue(CatalogScope(), source, filters, options, idempotency_key)

    def enqueue_database(
        self,
        database: str,
        source: str = "default",
        *,
        filters: Filters = DEFAULT_FILTERS,
        options: Options = DEFAULT_OPTIONS,
        idempotency_key: str | None = None,
    ) -> Accepted:
        """Extract one database with the tables that ``filters`` admit."""
        scope = _make_scope(DatabaseScope, name=database)
        return self._enqueue(scope, source, filters, options, idempotency_key)

    def enqueue_table(
        self,
        database: str,
        table: str,
        source: str = "default",
        *,
        options: Options = DEFAULT_OPTIONS,
        idempotency_key: str | None = None,
    ) -> Accepted:
        """Extract one table; if it does not exist, sinks mark it as deleted."""
        scope = _make_scope(TableScope, database=database, name=table)
        return self._enqueue(scope, source, DEFAULT_FILTERS, options, idempotency_key)

    def enqueue_job(
        self,
        job: str,
        source: str = "default",
        *,
        options: Options = DEFAULT_OPTIONS,
        idempotency_key: str | None = None,
    ) -> Accepted:
        """Extract one job with its lineage."""
        scope = _make_scope(JobScope, name=job)
        return self._enqueue(scope, source, DEFAULT_FILTERS, options, idempotency_key)

    def enqueue(self, request: ExtractionRequest, origin: KeyOrigin = "caller") -> Accepted:
        """Open a run and publish its first units; raises KeyConflict.

        Once the run is in the ledger it will be worked on, even if publishing fails now: the
        workers' reconciler publishes units that nobody holds. ``origin`` is for Glueline's own
        idempotency keys, which are separate from those of callers.
        """
        about = {"glueline.source": request.source, "glueline.scope": request.scope.label}
        with tracing.span("glueline.enqueue", "producer", about) as span:
            trace = tracing.traceparent()
            shard = self._shards.find(request.source)
            opened = shard.ledger(
                self._commands.open_run(uuid4().hex, request, trace, origin=origin)
            )
            if opened.is_conflict:
                raise KeyConflict(opened.run_id)
            span.set({"glueline.run.id": opened.run_id, "glueline.run.is_new": opened.is_new})
            self._shards.remember(opened.run_id, shard)
            _publish(shard, opened.units)
        return _make_accepted(opened)

    def enqueue_many(self, requests: Sequence[ExtractionRequest]) -> list[Accepted]:
        """Open runs for many requests, in their order and in few round trips.

        Raises KeyConflict after all others are open, and LedgerUnavailable. Then some of the runs
        may be open: with idempotency keys the same call again opens no second run for a request.
        """
        with tracing.span(
            "glueline.enqueue_many", "producer", {"glueline.requests": len(requests)}
        ):
            opened = self._open_all(requests, tracing.traceparent())
        for run in opened:
            if run.is_conflict:
                raise KeyConflict(run.run_id)
        return [_make_accepted(run) for run in opened]

    def status(self, run_id: str) -> RunStatus:
        """Return the status of a run; raises UnknownRun."""
        return self._locate(run_id)[1]

    def runs(self, limit: int = 20, after: AnyRun | RunCursor | None = None) -> list[RunSummary]:
        """Return the newest runs, or those that come ``after`` one in that order.

        Their requests are without filters, which ``status`` has.
        """

        def read(shard: Shard) -> list[RunSummary]:
            ids = shard.ledger(self._commands.recent(limit, after))
            return [run for run in shard.ledger(self._commands.summaries(ids)) if run]

        found, _ = self._shards.ask_all(read)
        return sorted(found, key=cursor_of, reverse=True)[:limit]

    def find(self, prefix: str) -> RunStatus:
        """Return the run whose id starts with ``prefix``; raises UnknownRun unless one does."""
        silent: LedgerUnavailable | None = None
        matches: list[str] = []
        if prefix:
            command = self._commands.find(prefix)
            matches, silent = self._shards.ask_all(lambda shard: shard.ledger(command))
        if not matches:
            raise silent or _make_unknown_run(prefix)
        if len(matches) > 1:
            raise UnknownRun(f"{len(matches)} runs start with {prefix!r}; give more of the id")
        return self.status(matches[0])

    def watch(self, run_id: str) -> Iterator[RunStatus]:
        """Yield the run's status each time it changes, until it has ended."""
        before = None
        while True:
            status = self.status(run_id)
            if status != before:
                yield status
            if status.state.is_final:
                return
            before = status
            time.sleep(POLL_INTERVAL)

    def wait(self, run_id: str, timeout: float | None = None) -> RunStatus:
        """Block until the run has ended; raises WaitTimeout after ``timeout`` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not (status := self.status(run_id)).state.is_final:
            if deadline is not None and time.monotonic() > deadline:
                raise WaitTimeout(f"run {run_id} is still running after {timeout:g} s")
            time.sleep(POLL_INTERVAL)
        return status

    def failures(self, run_id: str) -> list[Failure]:
        """Return the units of a run that failed, and why; raises UnknownRun."""
        return self.problems(run_id)[0]

    def warnings(self, run_id: str) -> list[str]:
        """Return the warnings of a run, in sentences; raises UnknownRun."""
        return self.problems(run_id)[1]

    def problems(self, run_id: str) -> tuple[list[Failure], list[str]]:
        """Return a run's failures and its warnings in one read; raises UnknownRun."""
        command = self._commands.failures(run_id)
        found = self._shards.ask_for_run(run_id, command, lambda answer: answer is not None)
        if found is None or found[1] is None:
            raise _make_unknown_run(run_id)
        return found[1]

    def cancel(self, run_id: str, reason: str = "cancelled on request") -> RunState:
        """Stop a run and return its state; a run that has ended stays as it is."""
        command = self._commands.cancel(run_id, reason)
        found = self._shards.ask_for_run(run_id, command, lambda answer: answer is not None)
        shard, result = found or (None, None)
        if shard is None or result is None:
            raise _make_unknown_run(run_id)
        _publish(shard, result.units)
        return result.state

    def replay(self, run_id: str, units: list[str] | None = None) -> int:
        """Run failed units again (all, or those named), return how many; raises UsageError."""
        shard, run = self._locate(run_id)
        if not run.is_readable:
            raise UsageError(f"run {run_id} cannot be replayed: {run.reason}")
        answer = shard.ledger(self._commands.replay(run, units or ()))
        if answer.outcome != "replayed":
            raise UsageError(
                _REPLAY_REFUSALS.get(answer.outcome, f"run {run_id} is {answer.outcome}")
            )
        _publish(shard, answer.units)
        return answer.count

    def find_running(self, request: ExtractionRequest) -> RunStatus | None:
        """Return the running run of the same source, scope and filters."""
        ledger = self._shards.find(request.source).ledger
        run_id = ledger(self._commands.find_running(request))
        return None if run_id is None else ledger(self._commands.status([run_id]))[0]

    def last_slot(self, schedule: Schedule) -> int | None:
        """Return the last slot of a schedule that was served; None when it never was."""
        ledger = self._shards.find(schedule.request.source).ledger
        return ledger(schedules.last_slot(self._commands.keys, schedule.name, schedule.timing))

    def mark_slot(self, schedule: Schedule, slot: int) -> None:
        """Record that a slot was served."""
        keys, ledger = self._commands.keys, self._shards.find(schedule.request.source).ledger
        ledger(schedules.mark_slot(keys, schedule.name, schedule.timing, slot))

    def mark_scheduler(self) -> None:
        """Record that all schedules that are due were served, for monitoring."""
        silent: LedgerUnavailable | None = None
        for shard in self._shards:
            try:
                shard.ledger(schedules.mark_scheduler(self._commands.keys))
            except LedgerUnavailable as error:
                silent = error
        if silent is not None:
            raise silent

    def record_changes(self, events: Sequence[EventChanges]) -> RecordResult:
        """Record the changes of events, each on the shard of its source.

        Raises LedgerUnavailable, and then nothing was recorded on that shard. To record the same
        events again does no harm. An event about sources of two shards counts once for each.
        """
        delays = self.settings.events
        quiet, at_most = (int(s * 1000) for s in (delays.debounce, delays.debounce_at_most))
        noted = repeated = 0
        for name, some in split_by_shard(self.settings, events).items():
            command = record_changes(self._commands.keys, some, quiet, at_most)
            result = self._shards.get(name).ledger(command)
            noted, repeated = noted + result.noted, repeated + result.repeated
        return RecordResult(noted, repeated)

    def dead_letters(self, limit: int = 1000) -> list[DeadLetter]:
        """Return the newest messages that could not be understood or run."""
        command = self._commands.dead_letters(limit)
        found, _ = self._shards.ask_all(lambda shard: shard.ledger(command))
        return sorted(found, key=lambda letter: letter.at, reverse=True)[:limit]

    def close(self) -> None:
        """Close the connections."""
        self._shards.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open_all(self, requests: Sequence[ExtractionRequest], trace: str) -> list[OpenRunResult]:
        """Open and publish the runs of requests, shard by shard; return them in their order."""
        numbers: dict[str, list[int]] = {}
        for number, request in enumerate(requests):
            numbers.setdefault(self._shards.find(request.source).name, []).append(number)
        found: dict[int, OpenRunResult] = {}
        for name, own in numbers.items():
            shard = self._shards.get(name)
            opened = shard.ledger.run_all(
                [self._commands.open_run(uuid4().hex, requests[n], trace) for n in own]
            )
            _publish(shard, [unit for run in opened if not run.is_conflict for unit in run.units])
            found.update(zip(own, opened, strict=True))
        return [found[number] for number in range(len(requests))]

    def _locate(self, run_id: str) -> tuple[Shard, RunStatus]:
        """Return a run and its shard; raises UnknownRun."""
        command = self._commands.status([run_id])
        found = self._shards.ask_for_run(run_id, command, lambda answer: answer[0] is not None)
        if found is None or found[1][0] is None:
            raise _make_unknown_run(run_id)
        return found[0], found[1][0]

    def _enqueue(
        self, scope: Scope, source: str, filters: Filters, options: Options, key: str | None
    ) -> Accepted:
        try:
            request = ExtractionRequest(
                source=source, scope=scope, filters=filters, options=options, idempotency_key=key
            )
        except ValidationError as error:
            raise UsageError(f"not an extraction request: {first_error(error)}") from None
        return self.enqueue(request)


_REPLAY_REFUSALS = {
    "nothing": "none of these units has failed; `failures` lists those that have",
    "newer": "a newer run of the same scope exists, and its results count: enqueue a new one",
    "broken": "the run was stopped early, for the reason in its status: enqueue a new one",
    "running": "the run is still running; wait for its end, or cancel it",
    "succeeded": "the run has succeeded: there is nothing to run again",
}


def _publish(shard: Shard, units: list[UnitMessage]) -> None:
    with suppress(QueueUnavailable):  # the reconciler will publish them
        shard.publisher.publish(units)


def _make_scope(scope: type[DatabaseScope | TableScope | JobScope], **names: str) -> Scope:
    try:
        return scope.model_validate(names)
    except ValidationError as error:
        raise UsageError(f"not a name of a Glue object: {first_error(error)}") from None


def _make_accepted(opened: OpenRunResult) -> Accepted:
    return Accepted(run_id=opened.run_id, generation=opened.generation, is_new=opened.is_new)


def _make_unknown_run(run_id: str) -> UnknownRun:
    return UnknownRun(f"there is no run {run_id!r}; `glueline runs` lists those that are known")
