"""Where Redis becomes the limit: units that are only taken, claimed, confirmed and settled.

The commands are those of workers, prepared before the clock starts, so that the sender costs little
and one Redis has all that it can do.
"""

import selectors
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

import redis

from benchmarks.figures import Figure, Plan, benchmark
from glueline.contract.messages import DatabaseUnit, ExtractionRequest
from glueline.ledger import Commands, Ledger
from glueline.ledger.command import Command
from glueline.ledger.commands import Claim, Settlement
from glueline.ledger.ledger import read_script
from glueline.queue import Publisher
from glueline_worker.local.server import EmbeddedRedis

CONNECTIONS = 32
LEASE_MS = 30_000
AT_ONCE = 1000
CALLS = Commands()
COUNTS = {"calls": 4, "job": 1, "lineage": 2, "column": 12}
RECEIPT = {"jsonl": {"path": "x" * 300}, "file:///data/out?format=jsonl": {"see": "jsonl"}}


@benchmark
def redis_limit(plan: Plan) -> Iterator[Figure]:
    """Units that one Redis can take through their lives in a second."""
    count = 5_000 if plan.is_quick else 50_000
    with EmbeddedRedis() as server, redis.Redis.from_url(server.url) as client:
        claims = _open_units(client, count)
        lives = [_prepare(client, claim) for claim in claims]
        before, started = _read_cpu(client), time.perf_counter()
        _send(server, lives)
        seconds, used = time.perf_counter() - started, _read_cpu(client) - before
        (run,) = Ledger(client)(CALLS.status([claims[0].unit.run_id]))
        if run is None or run.settled_units != count:
            raise RuntimeError(f"not every unit was settled: {run}")
    yield Figure("units through one Redis", count / seconds, "units/s")
    yield Figure("CPU of Redis for the life of a unit", 1e6 * used / count, "µs")
    yield Figure("share of a core that Redis had then", 100 * used / seconds, "%")


def _open_units(client: redis.Redis, count: int) -> list[Claim]:
    """Open a run with so many units, and publish their messages."""
    ledger, publisher = Ledger(client), Publisher(client, CALLS.keys)
    run = ledger(CALLS.open_run("0" * 32, ExtractionRequest()))
    parent = Claim(run.units[0], "parent")
    ledger(CALLS.claim(parent, LEASE_MS, 4))
    about = {"run_id": run.run_id, "source": "default"}
    units = [DatabaseUnit(**about, database=f"d{number}") for number in range(count)]
    for start in range(0, count, AT_ONCE):
        ledger(CALLS.open_units(parent, units[start : start + AT_ONCE]))
        publisher.publish(units[start : start + AT_ONCE])
    return [Claim(unit, f"token-{number}") for number, unit in enumerate(units)]


def _prepare(client: redis.Redis, claim: Claim) -> list[bytes]:
    """Return what is sent in a unit's life; each part waits for the answer to the one before."""
    settlement = Settlement(receipt=RECEIPT, counts=COUNTS, listings=[claim.unit.unit_id])
    take = _pack("RPOP", CALLS.keys.queue)
    return [
        take + _pack_script(client, CALLS.claim(claim, LEASE_MS, 4)),
        _pack_script(client, CALLS.renew([claim], LEASE_MS)),
        _pack_script(client, CALLS.settle(claim, settlement)),
    ]


def _pack_script(client: redis.Redis, command: Command[object]) -> bytes:
    script = read_script(command.script)
    if not client.script_exists(script.digest)[0]:
        client.script_load(script.text)
    return _pack("EVALSHA", script.digest, len(command.keys), *command.keys, *command.args)


def _pack(*arguments: object) -> bytes:
    parts = [str(argument).encode() for argument in arguments]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)


def _send(server: EmbeddedRedis, lives: Iterable[Sequence[bytes]]) -> None:
    """Take units through their lives over some connections at once."""
    waiting = iter(lives)
    with selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", server.port))
            connection.sendall(_pack("AUTH", urlsplit(server.url).password))
            selector.register(connection, selectors.EVENT_READ, _list_trips(waiting))
        while selector.get_map():
            for key, _ in selector.select():
                answer = key.fileobj.recv(65536)
                if answer.startswith(b"-") or b"\r\n-" in answer:
                    raise RuntimeError(f"Redis refused a command: {answer[:200]!r}")
                if (trip := next(key.data, None)) is not None:
                    key.fileobj.sendall(trip)
                else:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()


def _list_trips(lives: Iterator[Sequence[bytes]]) -> Iterator[bytes]:
    """Yield the trips of the next lives that no other connection has taken."""
    for life in lives:
        yield from life


def _read_cpu(client: redis.Redis) -> float:
    info = client.info("cpu")
    return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])
