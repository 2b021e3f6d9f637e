"""Keys by reference: ``env:``, ``file:``, ``secretsmanager:`` and ``ssm:``, read when needed.

Keys stay in memory, as all credentials do, and never stand in an error or a log.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from glueline.contract.errors import GluelineError, Terminal
from glueline.settings.sources import Source
from glueline_worker.aws.answers import check_answer
from glueline_worker.aws.errors import AwsCredentials, AwsTransient, classify_error
from glueline_worker.aws.sessions.profiles import is_broken

KEY_LIFETIME = timedelta(minutes=25)
"""The lifetime that botocore gets for keys. It renews them 15 minutes before the end: after 10."""
_ROTATION_CHECK_SECONDS = 5.0
"""Seconds for which the result of a check for changed keys holds."""
_KEY_FILE_LIMIT = 64 * 1024
"""Characters of a file; no key is longer."""

_OpenClient = Callable[[str, str | None], AbstractAsyncContextManager[Any]]
"""Opens the client of a service, in a region or in that of the source."""


class SourceKeys:
    """The keys of one source."""

    def __init__(self, source: Source, client: _OpenClient) -> None:
        """Read the keys of ``source``; ``client`` reaches those that AWS keeps."""
        self._references = (source.access_key, source.secret_key, source.session_token)
        self._client = client
        self._last_keys: list[str | None] | None = None
        self._checked_at = float("-inf")
        self._have_changed = False
        self._check = asyncio.Lock()

    async def fetch(self) -> dict[str, str | None]:
        """Read the keys, in the form of botocore's renewable credentials; raises AwsError."""
        self._last_keys = await self._read()
        access, secret, token = self._last_keys
        expiry = (datetime.now(UTC) + KEY_LIFETIME).isoformat()
        return {
            "access_key": access, "secret_key": secret, "token": token, "expiry_time": expiry,
        }  # fmt: skip

    async def have_changed(self) -> bool:
        """Tell whether the references lead to other keys than the last ``fetch`` returned."""
        clock = asyncio.get_running_loop().time
        async with self._check:
            if self._last_keys is not None and clock() - self._checked_at > _ROTATION_CHECK_SECONDS:
                try:
                    self._have_changed = await self._read() != self._last_keys
                except GluelineError:
                    self._have_changed = False
                self._checked_at = clock()
            return self._have_changed

    async def _read(self) -> list[str | None]:
        # Keys in one secret are read once, so that they belong together.
        documents: dict[str, str] = {}
        return [
            reference and await self._read_value(reference, documents)
            for reference in self._references
        ]

    async def _read_value(self, reference: str, documents: dict[str, str]) -> str:
        kind, _, place = reference.partition(":")
        member = ""
        if kind == "secretsmanager":
            place, _, member = place.partition("#")
        where = f"{kind}:{place}"
        if where not in documents:
            documents[where] = await self._read_document(kind, place, where)
        value = documents[where]
        value = _read_member(value, member, where) if member else value.strip()
        if not value:
            raise AwsCredentials(f"the key {reference} is empty", code="reference")
        if is_broken(value):
            raise AwsCredentials(
                f"the key {reference} holds white space or a line break", code="reference"
            )
        return value

    async def _read_document(self, kind: str, place: str, where: str) -> str:
        match kind:
            case "env":
                return _read_variable(place)
            case "file":
                return _read_file(Path(place))
            case "secretsmanager":
                answer = await self._call(where, "secretsmanager", "GetSecretValue", SecretId=place)
                found = answer.get("SecretString")
            case _:
                answer = await self._call(
                    where, "ssm", "GetParameter", Name=place, WithDecryption=True
                )
                found = (answer.get("Parameter") or {}).get("Value")
        if not isinstance(found, str):
            raise AwsCredentials(f"the key {where} is not a text", code="reference")
        return found

    async def _call(
        self, where: str, service: str, operation: str, **params: Any
    ) -> dict[str, Any]:
        place = next(iter(params.values()))
        region = place.split(":")[3] if place.startswith("arn:") else None
        method = "get_secret_value" if operation == "GetSecretValue" else "get_parameter"
        try:
            async with self._client(service, region) as client:
                return check_answer(operation, await getattr(client, method)(**params))
        except Exception as error:  # noqa: BLE001 - an error that is not of AWS is raised again
            known = classify_error(error, operation)
            # The error does not name the call that needed the keys.
            kind = AwsCredentials if isinstance(known, Terminal) else AwsTransient
            raise kind(f"the key {where} cannot be read: {known}", code=known.code) from None


def _read_variable(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise AwsCredentials(
            f"the key env:{name} cannot be read: the worker has no such variable", code="reference"
        )
    return value


def _read_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_KEY_FILE_LIMIT + 1)
    except UnicodeDecodeError:
        raise AwsCredentials(f"the key file:{path} is not a text", code="reference") from None
    except OSError as error:
        raise AwsCredentials(
            f"the key file:{path} cannot be read: {error.strerror}", code="reference"
        ) from None
    if len(text) > _KEY_FILE_LIMIT:
        raise AwsCredentials(f"the key file:{path} is too long for a key", code="reference")
    return text


def _read_member(document: str, member: str, where: str) -> str:
    try:
        found = orjson.loads(document)[member]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        found = None
    if not isinstance(found, str):
        raise AwsCredentials(
            f"the secret {where} is no JSON object with the text {member!r}", code="reference"
        )
    return found.strip()
