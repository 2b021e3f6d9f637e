"""Run a profile's ``credential_process`` with a time limit and without a terminal."""

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from typing import Any

import orjson

from glueline_worker.aws.errors import AwsCredentials
from glueline_worker.aws.sessions.credential_errors import make_credentials_error
from glueline_worker.redact import redact_text

CREDENTIAL_PROCESS_SECONDS = 30.0
"""The longest that a ``credential_process`` may take."""
_OUTPUT_LIMIT = 64 * 1024
"""Bytes that a ``credential_process`` may print."""


class CredentialProcess:
    """A process that ends in time, and with a JSON object. botocore uses it like its own."""

    def __init__(self, process: asyncio.subprocess.Process, command: str) -> None:
        """Wrap a ``process`` that was started as ``command``."""
        self._process = process
        self._command = command

    @property
    def returncode(self) -> int | None:
        """The exit code; None while the process runs."""
        return self._process.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        """Return the output and the error output; raises AwsCredentials."""
        try:
            async with asyncio.timeout(CREDENTIAL_PROCESS_SECONDS):
                output, errors = await self._process.communicate()
        except TimeoutError:
            seconds = f"{CREDENTIAL_PROCESS_SECONDS:g}"
            raise self._make_error(f"has not ended after {seconds} s") from None
        finally:
            await self._end()
        if self.returncode:
            lines = redact_text(errors[:2000].decode("utf-8", "replace")).strip().splitlines()
            detail = lines[-1] if lines else ""
            raise self._make_error(f"failed with exit code {self.returncode}", detail)
        if len(output) > _OUTPUT_LIMIT or not _is_credentials_object(output):
            raise self._make_error("did not print credentials as a JSON object")
        return output, errors

    async def _end(self) -> None:
        """Kill the process with its children if it still runs."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            with suppress(TimeoutError):  # a child may leave the group and keep the pipes open
                await asyncio.wait_for(self._process.wait(), 2)

    def _make_error(self, problem: str, detail: str = "") -> AwsCredentials:
        return make_credentials_error(
            f"credential_process {self._command} {problem}{f': {detail}' if detail else ''}; "
            "run it by hand to see why",
            "credential_process",
        )


async def start_credential_process(*command: str, **_: Any) -> CredentialProcess:
    """Start a ``credential_process``; raises AwsCredentials."""
    # The arguments may hold secrets, so only the program is named.
    program = command[0] if command else ""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or "it names no program"
        raise make_credentials_error(
            f"credential_process {program} cannot be started: {reason}; correct it in the profile",
            "credential_process",
        ) from None
    return CredentialProcess(process, program)


def _is_credentials_object(output: bytes) -> bool:
    """Tell whether it is a JSON object whose keys, if it has any, are texts."""
    try:
        found = orjson.loads(output)
    except orjson.JSONDecodeError:
        return False
    return isinstance(found, dict) and all(
        isinstance(found.get(name, ""), str) for name in ("AccessKeyId", "SecretAccessKey")
    )
