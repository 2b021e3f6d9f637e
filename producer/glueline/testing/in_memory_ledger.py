"""A ledger in memory, which carries out the commands of a producer as Redis does."""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, TypeVar

from glueline.contract.errors import UsageError
from glueline.contract.runs import Failure, RunState
from glueline.ledger import LedgerUnavailable
from glueline.ledger.command import Command
from glueline.testing.in_memory_run import InMemoryRun

T = TypeVar("T")


class InMemoryLedger:
    """Takes the place of the ledger in Redis in a test. Safe to share between threads.

    A producer finds here what it would find in Redis: runs and their states, idempotency keys,
    runs that supersede others or wait for them, failures and what can be replayed. What differs:

    - Nothing expires: a run, an idempotency key, the request for a check or the mark of a schedule
      is known for as long as the ledger.
    - Nobody works on a run and nothing is published again. A run goes on when a test calls
      ``settle_unit``, ``fail_unit`` or ``finish_run``. A run that waits for another begins when
      that one is finished by ``finish_run``.
    - A run has its first units only, and a run that is being finished can still be cancelled.
    - Changes of events are counted, and no run is opened for them.
    - The commands of workers raise NotImplementedError.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.is_available = True
        """Set it to False to let every command raise LedgerUnavailable."""
        self._lock = threading.RLock()
        self._runs: dict[str, InMemoryRun] = {}
        self._scopes: dict[str, InMemoryRun] = {}
        self._runs_by_key: dict[str, tuple[str, int, str]] = {}
        """By idempotency key: run id, generation, digest of the request."""
        self._generations: dict[str, int] = {}
        self._texts: dict[str, str] = {}
        self._slots: dict[str, tuple[int, str]] = {}
        """By schedule: the last slot that was served, and the timing that it is a slot of."""
        self._dead_letters: list[str] = []
        self._events: set[str] = set()
        self._scripts: Mapping[str, Callable[[Sequence[str], Sequence[Any]], Any]] = {
            "open_run": self._open_run,
            "cancel": self._cancel,
            "replay": self._replay,
            "status": self._status,
            "failures": self._failures,
            "recent": self._recent,
            "find": self._find,
            "running": self._running,
            "last_slot": self._last_slot,
            "mark_slot": self._mark_slot,
            "mark_scheduler": self._mark_scheduler,
            "ask_check": self._ask_check,
            "drop_check": self._drop_check,
            "record_check": self._record_check,
            "checks": self._checks,
            "add_dead_letter": self._add_dead_letter,
            "dead_letters": self._read_dead_letters,
            "record_changes": self._record_changes,
        }

    def __call__(self, command: Command[T], /) -> T:
        """Carry out ``command``; raises LedgerUnavailable while it is not available."""
        if not self.is_available:
            raise LedgerUnavailable("Redis did not answer: the ledger in memory is set to be away")
        if command.script not in self._scripts:
            raise NotImplementedError(
                f"the ledger in memory cannot {command.script!r}: that is for workers, on Redis"
            )
        with self._lock:
            return command.read(self._scripts[command.script](command.keys, command.args))

    def run_all(self, commands: Sequence[Command[T]], /) -> list[T]:
        """Carry out commands in their order; raises LedgerUnavailable while it is not available."""
        return [self(command) for command in commands]

    def settle_unit(
        self, run_id: str, unit_id: str, *, counts: Mapping[str, int] | None = None
    ) -> None:
        """Close an open unit that went well, and add its ``counts``; raises UsageError."""
        with self._lock:
            run = self._find_open(run_id, unit_id)
            run.settle(unit_id, None)
            run.counts.update(counts or {})

    def fail_unit(
        self, run_id: str, unit_id: str, message: str, *, code: str = "AccessDeniedException"
    ) -> None:
        """Close an open unit that failed for good; raises UsageError."""
        failure = Failure(
            unit_id=unit_id, code=code, message=message, attempts=1, at=datetime.now(UTC)
        )
        with self._lock:
            self._find_open(run_id, unit_id).settle(unit_id, failure.model_dump_json())

    def finish_run(
        self,
        run_id: str,
        state: RunState | None = None,
        *,
        failures: Mapping[str, str] | None = None,
        counts: Mapping[str, int] | None = None,
        warnings: Sequence[str] = (),
        reason: str = "",
    ) -> None:
        """End a run as workers would; raises UsageError when it has ended.

        ``failures`` has messages by the ids of units that fail; the other units go well. Without a
        ``state`` the run has succeeded, is partial (some units failed) or has failed (all of them).
        A run that was cancelled or superseded keeps its state.
        """
        with self._lock:
            run = self._find_open(run_id)
            for unit_id, message in (failures or {}).items():
                self.fail_unit(run_id, unit_id, message)
            if run.is_running:
                run.settled += len(run.open - {"finish"})
                run.state = state or _end_state(run)
                run.reason, run.finished_at = reason, _now()
            run.counts.update(counts or {})
            run.counts.update({"warnings": len(warnings)} if warnings else {})
            run.warnings.extend(warnings)
            run.open.clear()
            run.is_protected = False
            for other in self._runs.values():
                if other.is_running and other.is_waiting and other.after is run:
                    other.begin()

    def _find_open(self, run_id: str, unit_id: str | None = None) -> InMemoryRun:
        run = self._runs.get(run_id)
        if run is None:
            raise UsageError(f"there is no run {run_id!r} in this ledger")
        if not run.is_running and not run.open:
            raise UsageError(f"run {run_id} has ended: it is {run.state}")
        if unit_id is not None and unit_id not in run.open:
            known = ", ".join(sorted(run.open)) or "none"
            raise UsageError(f"run {run_id} has no open unit {unit_id!r}; the open ones: {known}")
        return run

    # Each of the following is one script of the ledger, with its keys, arguments and answer.

    def _open_run(self, keys: Sequence[str], args: Sequence[Any]) -> Any:
        *_, scope_key, generation_key, key = keys
        run_id, request, source, _, _, ttl, _, _, unless_running, digest, summary, *units = args
        if found := self._runs.get(run_id):
            return [run_id, found.generation, 4 if found.is_waiting else 1, False]
        if ttl and key in self._runs_by_key:
            known, generation, known_digest = self._runs_by_key[key]
            return [known, generation, 0 if known_digest == digest else 3, False]
        older = self._scopes.get(scope_key)
        ahead = older.after if older and older.after else older
        older, ahead = (run if run and run.is_running else None for run in (older, ahead))
        if unless_running and (other := older or ahead):
            return [other.run_id, other.generation, 2, False]
        # A run that supersedes another, or that has waited, goes on to its end.
        is_protected = older is not None and (older is not ahead or not older.is_protected)
        must_wait = ahead is not None and (older is not ahead or not is_protected)
        superseded = None if must_wait and older is ahead else older
        if superseded:
            superseded.stop(RunState.SUPERSEDED, f"superseded by run {run_id}", _now())
        generation = self._generations.get(generation_key, _now() - 1) + 1
        self._generations[generation_key] = generation
        run = InMemoryRun(
            run_id=run_id,
            source=source,
            request=request,
            summary=summary,
            scope_key=scope_key,
            generation=generation,
            created_at=_now(),
            units=dict(zip(units[::2], units[1::2], strict=True)),
        )
        self._runs[run_id] = self._scopes[scope_key] = run
        if ttl:
            self._runs_by_key[key] = run_id, generation, digest
        if must_wait and ahead:
            run.is_waiting, run.after = True, ahead
            run.reason = f"waits for the end of run {ahead.run_id}"
        else:
            run.is_protected = is_protected
            run.open.update(run.units)
        return [run_id, generation, 4 if must_wait else 1, superseded and superseded.finish_message]

    def _cancel(self, keys: Sequence[str], args: Sequence[Any]) -> Any:
        run = self._run_of(keys[0])
        if run is None:
            return None
        if not run.is_running:
            return [0, run.state, 1]
        run.stop(RunState.CANCELLED, args[0], _now())
        return [1, run.state, 1, run.finish_message]

    def _replay(self, keys: Sequence[str], args: Sequence[Any]) -> Any:
        run = self._run_of(keys[0])
        if run is None:
            return ["unknown"]
        if run.state not in (RunState.PARTIAL, RunState.FAILED):
            return [run.state]
        if self._scopes.get(keys[2]) is not run:
            return ["newer"]
        _, _, *wanted = args
        again = [name for name in wanted or run.failures if name in run.failures]
        messages = [run.units[unit_id] for unit_id in again]
        for unit_id in again:
            del run.failures[unit_id]
        if not wanted and not again:
            again, messages = ["finish"], [run.finish_message]
        if not again:
            return ["nothing"]
        run.open.update(again)
        run.state, run.finished_at, run.reason, run.is_protected = "running", None, "", False
        return ["replayed", *messages]

    def _status(self, keys: Sequence[str], args: Sequence[Any]) -> Any:
        is_short = "short" in args
        runs = map(self._run_of, keys)
        return [
            run and [len(run.open), *chain.from_iterable(run.fields(is_short=is_short).items())]
            for run in runs
        ]

    def _failures(self, keys: Sequence[str], _: Sequence[Any]) -> Any:
        run = self._run_of(keys[0])
        if run is None:
            return [0, [], []]
        return [1, list(chain.from_iterable(run.failures.items())), run.warnings]

    def _recent(self, _: Sequence[str], args: Sequence[Any]) -> Any:
        _, limit, created, run_id = args
        before = (float("inf"), "") if created == "+inf" else (created, run_id)
        places = sorted(((run.created_at, run.run_id) for run in self._runs.values()), reverse=True)
        return [found for at, found in places if (at, found) < before][:limit]

    def _find(self, _: Sequence[str], args: Sequence[Any]) -> Any:
        return [run_id for run_id in self._runs if run_id.startswith(args[1])]

    def _running(self, keys: Sequence[str], _: Sequence[Any]) -> Any:
        run = self._scopes.get(keys[0])
        return run.run_id if run and run.is_running else None

    def _last_slot(self, _: Sequence[str], args: Sequence[Any]) -> Any:
        schedule, timing = args
        slot, known = self._slots.get(schedule, (None, ""))
        return slot if known == timing else None

    def _mark_slot(self, _: Sequence[str], args: Sequence[Any]) -> Any:
        schedule, timing, slot = args
        last, known = self._slots.get(schedule, (slot, timing))
        self._slots[schedule] = max(slot, last) if known == timing else slot, timing

    def _mark_scheduler(self, keys: Sequence[str], _: Sequence[Any]) -> None:
        self._texts[keys[0]] = "1"

    def _ask_check(self, keys: Sequence[str], _: Sequence[Any]) -> Any:
        if keys[0] in self._texts:
            return 0
        self._texts[keys[0]] = "1"
        return 1

    def _drop_check(self, keys: Sequence[str], _: Sequence[Any]) -> None:
        self._texts.pop(keys[0], None)

    def _record_check(self, keys: Sequence[str], args: Sequence[Any]) -> None:
        report, request = keys
        self._texts[report] = args[0]
        self._texts.pop(request, None)

    def _checks(self, keys: Sequence[str], _: Sequence[Any]) -> Any:
        pairs = zip(keys[::2], keys[1::2], strict=True)
        return [[self._texts.get(report), int(request in self._texts)] for report, request in pairs]

    def _add_dead_letter(self, _: Sequence[str], args: Sequence[Any]) -> None:
        letter, limit = args
        self._dead_letters = [letter, *self._dead_letters][:limit]

    def _read_dead_letters(self, _: Sequence[str], args: Sequence[Any]) -> Any:
        return self._dead_letters[: args[0]]

    def _record_changes(self, _: Sequence[str], args: Sequence[Any]) -> Any:
        events = [event for event, _ in json.loads(args[-1])]
        known = sum(event in self._events for event in events)
        self._events.update(events)
        return [len(events) - known, known]

    def _run_of(self, base: str) -> InMemoryRun | None:
        return self._runs.get(base.rpartition(":")[2])


def _end_state(run: InMemoryRun) -> RunState:
    if not run.failures:
        return RunState.SUCCEEDED
    return RunState.PARTIAL if run.settled else RunState.FAILED


def _now() -> int:
    """Return Unix time in milliseconds."""
    return time.time_ns() // 1_000_000
