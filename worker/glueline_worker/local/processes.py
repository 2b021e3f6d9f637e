"""Child processes that end when this process ends, however it ends."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import IO

from glueline.contract.errors import GluelineError
from glueline_worker.local.forks import request_parent_death


class ProcessFailed(GluelineError):
    """A child process did not start."""

    code = "process"


def start_process(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl-C reaches this process, which ends the child."""
    return subprocess.Popen(  # noqa: S603 - our own commands
        command,
        env={**os.environ, **(env or {})},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=request_parent_death,  # noqa: PLW1509 - it takes no locks
    )


def stop_process(process: subprocess.Popen[bytes], grace: float) -> None:
    """Ask a child to end, and kill it after ``grace`` seconds."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
