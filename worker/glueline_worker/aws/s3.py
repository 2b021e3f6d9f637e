"""Job scripts in S3: their texts, and their ETags to see whether they have changed."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from glueline.contract.errors import Terminal
from glueline_worker.aws.answers import is_object_listing
from glueline_worker.aws.errors import AwsError, AwsNotFound, AwsRefused
from glueline_worker.aws.sources import Connection

_SCRIPT_LIMIT = 5 * 1024 * 1024
"""Bytes; no person writes a larger script."""
MODULE_FILE_LIMIT = 16 * 1024 * 1024
"""Bytes of a file of modules, such as a zip."""
_CHUNK = 1 << 16

_LIST_FROM = 3
"""The number of scripts in one folder from which a listing is tried before single requests."""

ObjectPlace = tuple[str, str]
"""Bucket and key."""


class Script(NamedTuple):
    """A script's text and its ETag, which changes with the text."""

    text: bytes
    tag: str


async def fetch_script(
    connection: Connection, bucket: str, key: str, *, limit: int = _SCRIPT_LIMIT
) -> Script:
    """Read a script; raises AwsNotFound, AwsDenied, or AwsRefused when it is too large."""

    async def fetch() -> Script:
        answer: dict[str, Any] = await connection.clients["s3"].get_object(Bucket=bucket, Key=key)
        body = answer["Body"]
        async with body:  # aiohttp's own body, without iter_chunks
            if (answer.get("ContentLength") or 0) > limit:
                raise _make_size_error(bucket, key, limit)
            data = bytearray()
            async for chunk in body.content.iter_chunked(_CHUNK):
                data += chunk
                if len(data) > limit:  # an answer may not state its length
                    raise _make_size_error(bucket, key, limit)
            return Script(bytes(data), answer.get("ETag") or "")

    return await connection.caller("GetObject", fetch)


async def fetch_script_tags(
    connection: Connection, places: Iterable[ObjectPlace]
) -> dict[ObjectPlace, str]:
    """Return the current ETags of scripts, "" for those that do not exist.

    Scripts that may not be read are left out. Raises AwsError for a failure that may pass.
    """
    folders: defaultdict[ObjectPlace, list[str]] = defaultdict(list)
    for bucket, key in set(places):
        folders[bucket, key.rpartition("/")[0]].append(key)
    found: dict[ObjectPlace, str] = {}
    for (bucket, folder), keys in folders.items():
        prefix = f"{folder}/" if folder else ""
        tags = await _list_tags(connection, bucket, prefix, keys) if len(keys) >= _LIST_FROM else {}
        left = [key for key in keys if key not in tags]
        heads = await asyncio.gather(*(_fetch_tag(connection, bucket, key) for key in left))
        tags |= {key: tag for key, tag in zip(left, heads, strict=True) if tag is not None}
        found |= {(bucket, key): tag for key, tag in tags.items()}
    return found


async def _list_tags(
    connection: Connection, bucket: str, prefix: str, keys: Sequence[str]
) -> dict[str, str]:
    """Return the ETags in a listing of the folder, which ends early when it holds much else."""
    objects: dict[str, str] = {}
    params = {"Prefix": prefix, "Delimiter": "/"}
    for _ in range(max(1, len(keys) // _LIST_FROM)):
        try:
            answer = await connection.call("s3", "ListObjectsV2", Bucket=bucket, **params)
        except AwsError as error:
            if isinstance(error, Terminal):
                return {}
            raise
        if not is_object_listing(answer):
            return {}
        rows = [row for row in answer.get("Contents") or [] if row and row.get("Key")]
        objects |= {row["Key"]: row.get("ETag") or "" for row in rows}
        token = answer.get("NextContinuationToken")
        if not token:
            return {key: objects.get(key, "") for key in keys}
        params["ContinuationToken"] = token
    return {key: objects[key] for key in keys if key in objects}


async def _fetch_tag(connection: Connection, bucket: str, key: str) -> str | None:
    try:
        answer = await connection.call("s3", "HeadObject", Bucket=bucket, Key=key)
    except AwsNotFound:
        return ""
    except AwsError as error:
        if isinstance(error, Terminal):
            return None
        raise
    return answer.get("ETag") or ""


def _make_size_error(bucket: str, key: str, limit: int) -> AwsRefused:
    return AwsRefused(
        f"s3://{bucket}/{key} is larger than {limit:,} bytes",
        code="ScriptTooLarge",
    )
