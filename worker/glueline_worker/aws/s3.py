"""Job scripts, read from S3."""

from typing import Any

from glueline_worker.aws.errors import AwsRefused
from glueline_worker.aws.sources import Connection

SCRIPT_LIMIT = 5 * 1024 * 1024
"""Bytes; a larger object is no job script that a person wrote."""
CHUNK = 1 << 16


async def read_script(connection: Connection, bucket: str, key: str) -> bytes:
    """The bytes of a script; raises AwsNotFound, AwsDenied, or AwsRefused when it is too large."""

    async def fetch() -> bytes:
        answer: dict[str, Any] = await connection.clients["s3"].get_object(Bucket=bucket, Key=key)
        body = answer["Body"]
        async with body:  # which gives aiohttp's own answer, without iter_chunks
            if (answer.get("ContentLength") or 0) > SCRIPT_LIMIT:
                raise _too_large(bucket, key)
            data = bytearray()
            async for chunk in body.content.iter_chunked(CHUNK):
                data += chunk
                if len(data) > SCRIPT_LIMIT:  # of an answer that did not tell its length
                    raise _too_large(bucket, key)
            return bytes(data)

    return await connection.caller("GetObject", fetch)


def _too_large(bucket: str, key: str) -> AwsRefused:
    return AwsRefused(
        f"the script s3://{bucket}/{key} is larger than {SCRIPT_LIMIT} bytes",
        code="ScriptTooLarge",
    )
