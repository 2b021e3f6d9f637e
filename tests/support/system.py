"""Worker processes and a producer over one Redis and one AWS endpoint."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import redis

from glueline.client.producer import Producer
from glueline.settings.settings import Settings
from glueline_worker.local.workers import WorkerProcesses

PATIENCE = 60.0
"""Seconds until a test gives up what a quiet machine does at once."""
HOOKS = Path(__file__).parent / "hooks"


class System:
    """What a team runs, in small."""

    def __init__(
        self,
        settings: Settings,
        aws_url: str,
        workers: int,
        folder: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings
        self.folder = folder
        self.producer = Producer(settings)
        self.workers = WorkerProcesses(
            workers, {**variables(settings, aws_url), **(env or {})}, folder
        )

    def start(self) -> None:
        self.workers.start()

    def stop(self) -> None:
        self.workers.stop(grace=0)  # how workers end in good order has tests of its own
        self.producer.close()

    def wait(self, run_id: str, seconds: float = PATIENCE) -> Any:
        """The run's last status; the workers' logs when it does not end."""
        deadline = time.monotonic() + seconds
        while not (status := self.producer.status(run_id)).state.is_final:
            failure = self.workers.failure
            if failure or time.monotonic() > deadline:
                raise AssertionError(f"{failure or 'the run goes on'}: {status}\n{self.logs()}")
            time.sleep(0.05)
        return status

    def records(self, run_id: str) -> list[dict[str, Any]]:
        """All records that the run's manifest lists, in the JSONL sink below ``out``."""
        root = self.folder / "out"
        manifest = json.loads((root / "runs" / f"{run_id}.json").read_text())
        return [
            json.loads(line)
            for thing in manifest["objects"]
            for line in (root / thing["path"]).read_text().splitlines()
        ]

    def contents(self, run_id: str) -> list[str]:
        """The records as sorted texts, to compare runs with."""
        return sorted(json.dumps(record, sort_keys=True) for record in self.records(run_id))

    def calm_down(self, seconds: float = PATIENCE) -> None:
        """Wait until no message, delivery or claim is left in Redis."""
        deadline = time.monotonic() + seconds
        while left := self.left_over():
            assert time.monotonic() < deadline, f"{str(left)[:4000]}\n{self.logs()}"
            time.sleep(0.05)

    def left_over(self) -> dict[str, Any]:
        """What of queues, deliveries and claims is in Redis: nothing, once all is done."""
        prefix = self.settings.key_prefix
        with redis.Redis.from_url(
            self.settings.redis_url, decode_responses=True, encoding_errors="replace"
        ) as client:
            read = {
                f"{prefix}glueline": lambda key: client.lrange(key, 0, -1),
                f"{prefix}unacked": client.hgetall,
                f"{prefix}active": client.smembers,
            }
            read |= dict.fromkeys(client.keys(f"{prefix}*:claims"), client.hgetall)
            return {key: found for key in read if (found := read[key](key))}

    def kinds(self, run_id: str) -> Counter[str]:
        return Counter(record["kind"] for record in self.records(run_id))

    def logs(self) -> str:
        texts = [path.read_text()[-4000:] for path in sorted(self.folder.glob("worker-*.log"))]
        return "\n".join(texts)

    def kill_one(self, number: int = 0) -> int:
        """``kill -9`` a worker; the supervisor starts another."""
        pid = self.workers.pids[number]
        os.kill(pid, signal.SIGKILL)
        return pid


def hooks(**variables: Any) -> dict[str, str]:
    """The environment of workers that misbehave as ``hooks/sitecustomize.py`` says."""
    found = {f"TEST_{name.upper()}": str(value) for name, value in variables.items()}
    paths = [str(HOOKS), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(paths), **found}


def variables(settings: Settings, aws_url: str) -> dict[str, str]:
    """The settings as environment variables of a worker process."""
    found = {
        "GLUELINE_REDIS_URL": settings.redis_url,
        "GLUELINE_KEY_PREFIX": settings.key_prefix,
        "GLUELINE_SINKS": " ".join(settings.sinks),
        "GLUELINE_SILENCE": str(settings.silence),
        "GLUELINE_KEEP_RUNS": str(settings.keep_runs),
        "GLUELINE_LOG_LEVEL": settings.log_level,
        "GLUELINE_LOG_FORMAT": "json",
        "AWS_ENDPOINT_URL": aws_url,
    }
    worker = settings.worker.model_dump()
    found |= {f"GLUELINE_WORKER__{name.upper()}": str(value) for name, value in worker.items()}
    events = settings.events.model_dump(exclude_defaults=True)
    found |= {f"GLUELINE_EVENTS__{name.upper()}": str(value) for name, value in events.items()}
    if settings.redis_shards:
        shards = {name: shard.model_dump() for name, shard in settings.redis_shards.items()}
        found["GLUELINE_REDIS_SHARDS"] = json.dumps(shards)
    if settings.sources:
        found["GLUELINE_SOURCES"] = json.dumps(
            {name: source.model_dump(mode="json") for name, source in settings.sources.items()}
        )
    return found


def eventually(check: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The first true answer of ``check``."""
    deadline = time.monotonic() + seconds
    while not (answer := check()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not true after {seconds:g} s: {check}")
        time.sleep(0.05)
    return answer
