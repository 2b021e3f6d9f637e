"""Run a simulator in a process of its own, for tests and benchmarks."""

import json
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from glueline_simulator.errors import StartError
from glueline_simulator.remote import Remote

_Catalogue = str | Path | Mapping[str, Any]
_STOP_SECONDS = 5


class Simulator(Remote):
    """Starts ``glueline-simulator serve`` and stops it again.

    Options are those of the command line, with underscores: ``Simulator(databases=2, latency=0.1,
    quota={"GetTables": 50}, deny=["GetTables:sales"], ragged=True)``. A catalogue is the path of a
    file or a dict of the same form; ``sample=True`` serves the sample lakehouse.

    The process ends with the ``with`` block, with `stop`, or with this process, however that
    ends. Raises `StartError`, with the message of the process, when it does not start.
    """

    def __init__(self, *, catalogue: _Catalogue | None = None, **options: Any) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._options = {"port": 0, **options}
        self._process: subprocess.Popen[str] | None = None
        self._cleanup = ExitStack()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def pid(self) -> int:
        """The process id of the running simulator."""
        if self._process is None:
            message = "the simulator is not running"
            raise StartError(message)
        return self._process.pid

    def start(self) -> Self:
        """Start the process and wait until it listens."""
        command = [sys.executable, "-m", "glueline_simulator", "serve", "--json"]
        command += ["--stop-with-stdin", *self._catalogue_option(), *_make_flags(self._options)]
        errors = self._cleanup.enter_context(tempfile.TemporaryFile("w+"))  # noqa: SIM115
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Not a pipe: it would fill up, because nobody reads it.
            stderr=errors,
            text=True,
        )
        self._process = process
        self._cleanup.callback(weakref.finalize(self, _stop_process, process))
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            process.wait()
            errors.seek(0)
            message = errors.read().strip().removeprefix("glueline-simulator: ")
            self.stop()
            raise StartError(message or "the simulator ended without an error message")
        self.url = json.loads(line)["url"]
        return self

    def stop(self) -> None:
        """Stop the process if it is running."""
        self._cleanup.close()
        self._process = None

    def environment(self) -> dict[str, str]:
        """Return the variables that point any AWS client at this simulator."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": str(self._options.get("region", "eu-west-1")),
            "AWS_DEFAULT_REGION": str(self._options.get("region", "eu-west-1")),
            "AWS_ACCESS_KEY_ID": "AKIASIMULATOR",
            "AWS_SECRET_ACCESS_KEY": "simulated",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _catalogue_option(self) -> list[str]:
        if self._catalogue is None:
            return []
        if not isinstance(self._catalogue, Mapping):
            return ["--catalogue", str(self._catalogue)]
        folder = self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="glueline-"))
        path = Path(folder, "catalogue.json")  # JSON is YAML
        path.write_text(json.dumps(self._catalogue), "utf-8")
        return ["--catalogue", str(path)]


def _make_flags(options: Mapping[str, Any]) -> list[str]:
    """Turn options into arguments of the command line."""
    flags: list[str] = []
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            flags.append(flag)
        elif isinstance(value, Mapping):
            flags += [f"{flag}={key}={item}" for key, item in value.items()]
        elif isinstance(value, list | tuple | set):
            flags += [f"{flag}={item}" for item in value]
        elif value is not None and value is not False:
            flags.append(f"{flag}={value}")
    return flags


def _stop_process(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()
