"""A PostgreSQL that restarts, cuts connections, has no more of them, or takes no writes."""

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import psycopg
from tests.chaos.case import case
from tests.chaos.cases.sinks import FEW, MANY
from tests.chaos.stage import Failed, Stage, calm, events, is_over, verify
from tests.chaos.stores import Database, compare
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.system import System, eventually

CONNECTIONS = 20


class Troubles:
    """What operators and networks do to a server, each for a moment."""

    def __init__(self, stage: Stage, system: System, server: PostgresServer, name: str) -> None:
        """``name`` is the database that ``system`` writes to."""
        self._stage = stage
        self._system = system
        self._server = server
        self._name = name

    def crash(self) -> None:
        """The server is killed and recovers."""
        self._restart(signal.SIGQUIT)

    def restart(self) -> None:
        """The server ends all sessions in good order and comes back."""
        self._restart(signal.SIGINT)

    def terminate(self) -> None:
        """All sessions are cut, again and again."""
        with self._server.connect() as admin:
            for _ in range(10):
                self._cut(admin)
                time.sleep(self._pause() / 10)

    def exhaust(self) -> None:
        """Others take every connection there is."""
        until = time.monotonic() + self._pause()
        with ExitStack() as others:
            admin = others.enter_context(self._server.connect())
            while time.monotonic() < until:
                self._cut(admin)
                with suppress(psycopg.OperationalError):
                    while True:
                        others.enter_context(self._server.connect())
                time.sleep(0.02)

    def forbid_writes(self) -> None:
        """The database takes no writes, as a full one or a standby."""
        with self._server.connect() as admin:
            read_only = f"ALTER DATABASE {self._name} SET default_transaction_read_only"
            admin.execute(f"{read_only} = on")
            self._cut(admin)
            met = self._refusals()
            eventually(lambda: self._refusals() > met)
            admin.execute(f"{read_only} = off")

    def lose_a_worker(self) -> None:
        """A worker dies while the server is away, so that its successor cannot start."""
        self._server.stop()
        self._stage.kill_a_worker(self._system)
        time.sleep(4)
        self._server.start()

    def _pause(self) -> float:
        return self._stage.random.uniform(*(0.2, 2) if self._stage.full else (0.1, 0.3))

    def _refusals(self) -> int:
        return events(self._system, "unit.retry", text="read-only transaction")

    def _restart(self, how: signal.Signals) -> None:
        self._server.stop(how)
        time.sleep(self._pause())
        self._server.start()

    def _cut(self, admin: "psycopg.Connection[Any]") -> None:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [self._name],
        )


SOME = (Troubles.crash, Troubles.forbid_writes)
ALL = (*SOME, Troubles.restart, Troubles.terminate, Troubles.exhaust, Troubles.lose_a_worker)


@case(
    full={"catalogue": MANY, "acts": ALL, "times": 3, "latency": 0.5, "pause": (0.2, 2)},
    short={"catalogue": FEW, "acts": SOME, "times": 1, "latency": 0.3, "pause": (0.1, 0.5)},
)
def troubled_postgresql(
    stage: Stage,
    *,
    catalogue: dict[str, Any],
    acts: tuple[Callable[[Troubles], None], ...],
    times: int,
    latency: float,
    pause: tuple[float, float],
) -> None:
    """PostgreSQL that restarts, cuts, refuses connections or takes no writes loses nothing."""
    with postgres_server(max_connections=CONNECTIONS) as server:
        database = Database(server.create_database())
        sim = stage.simulator(**catalogue)
        files = f"file://{stage.folder}/out?format=jsonl"
        system = stage.system(sim, sinks=(files, database.url))
        expected = calm(system)
        sim.configure(latency=latency)
        run_id = system.producer.enqueue_catalog().run_id
        name = database.url.rpartition("/")[2]
        troubles = Troubles(stage, system, server, name)
        order = list(acts) * times
        stage.random.shuffle(order)
        moments = iter(order)
        stage.disturb(
            "troubles",
            len(order),
            lambda: next(moments)(troubles),
            pause=pause,
            over=is_over(system, run_id),
        )
        sim.configure(latency=0)
        verify(stage, system, run_id, expected)
        compare("PostgreSQL", database.written_by(run_id), expected.records)
        stage.counts["retries"] = events(system, "unit.retry")
        if not stage.counts["retries"]:
            raise Failed("no unit met the troubles")
