"""The ``glueline`` command as a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.support.warm import popen

COMMAND = [sys.executable, "-m", "glueline.cli"]
PATIENCE = 120


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def glueline(
    *words: str, env: Mapping[str, str | None] | None = None, folder: Path | None = None
) -> Said:
    """Run a command to its end; a variable that is None is taken away."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with popen([*COMMAND, *words], env=_environment(env), cwd=folder, **pipes) as process:
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except BaseException:
            process.kill()
            raise
    return Said(process.returncode, out, err)


def start(
    *words: str, env: Mapping[str, str | None] | None = None, log: Path | None = None
) -> "subprocess.Popen[str]":
    """Start a command in a session of its own and return; its output goes to pipes or ``log``.

    Ctrl-C means something to it, also when these tests run in the background of a script.
    """
    with log.open("a") if log else nullcontext(subprocess.PIPE) as out:
        return popen(
            [*COMMAND, *words],
            env=_environment(env),
            stdout=out,
            stderr=out,
            text=True,
            start_new_session=True,
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )


def _environment(changes: Mapping[str, str | None] | None) -> dict[str, str]:
    merged = {**os.environ, **(changes or {})}
    return {name: value for name, value in merged.items() if value is not None}
