"""``glueline health``: a probe for supervisors that run a command."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glueline.cli.loading import load_cli_settings
from glueline.contract.errors import UsageError

if TYPE_CHECKING:
    from glueline.settings.worker import WorkerSettings

_ANSWER_TIMEOUT = 5.0
"""Seconds for a worker to answer."""


def check_health(
    max_age: Annotated[
        float, typer.Option("--max-age", min=1, help="Seconds since the last heartbeat.")
    ] = 15,
    ready: Annotated[
        bool, typer.Option("--ready", help="Ask the worker whether it takes units.")
    ] = False,
) -> int:
    """Tell whether the worker, scheduler or API of this host works: exit code 0, else 1.

    It reads the age of heartbeat_file: a process that hangs no longer touches it, and an API
    touches it only while Redis answers. --ready asks the worker's metrics_port instead.
    """
    settings = load_cli_settings()
    if ready:
        if not settings.worker.metrics_port:
            raise UsageError("--ready asks the worker: set worker.metrics_port for both")
        why = _unready(settings.worker)
    elif settings.heartbeat_file is None:
        raise UsageError("there is no heartbeat to look at: set heartbeat_file for both processes")
    else:
        why = _stale(settings.heartbeat_file, max_age)
    print(why or "ok")  # noqa: T201 - what supervisors show
    return 1 if why else 0


def _stale(heartbeat: Path, max_age: float) -> str:
    try:
        age = time.time() - heartbeat.stat().st_mtime
    except OSError as error:
        return f"the heartbeat file {heartbeat} cannot be read: {error.strerror}"
    return f"the last heartbeat was {age:.0f} s ago" if age > max_age else ""


def _unready(worker: "WorkerSettings") -> str:
    import http.client  # noqa: PLC0415 - it takes a while to import

    host = "127.0.0.1" if worker.metrics_host in ("0.0.0.0", "") else worker.metrics_host  # noqa: S104
    connection = http.client.HTTPConnection(host, worker.metrics_port, timeout=_ANSWER_TIMEOUT)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        text = answer.read(200).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return f"the worker does not answer: {type(error).__name__}"
    finally:
        connection.close()
    return "" if answer.status == http.HTTPStatus.OK else text
