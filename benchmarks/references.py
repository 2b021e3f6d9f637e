"""What Glueline is compared with: loops that make the same calls and throw the answers away.

``python -m benchmarks.references boto3|aiohttp URL`` prints the seconds it took.
"""

import asyncio
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import boto3
import orjson

from glueline_simulator import Simulator

CONCURRENCY = 32
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIABENCH/20260101/eu-west-1/{}/aws4_request, Signature=x"
"""The simulator asks who calls, and does not check the signature."""


def seconds_of(reference: str, simulator: Simulator) -> float:
    """Run a reference in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.references", reference, simulator.url]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def with_boto3(url: str) -> None:
    """One call after the other, as a script would."""
    options = {
        "endpoint_url": url,
        "region_name": "eu-west-1",
        "aws_access_key_id": "AKIABENCH",
        "aws_secret_access_key": "bench",
    }
    glue, s3 = boto3.client("glue", **options), boto3.client("s3", **options)
    for page in glue.get_paginator("get_databases").paginate():
        for database in page["DatabaseList"]:
            tables = glue.get_paginator("get_tables")
            for _ in tables.paginate(DatabaseName=database["Name"]):
                pass
    for page in glue.get_paginator("list_jobs").paginate():
        for name in page["JobNames"]:
            job = glue.get_job(JobName=name)["Job"]
            bucket, key = _place(job)
            s3.get_object(Bucket=bucket, Key=key)["Body"].read()


async def with_aiohttp(url: str) -> None:
    """As many calls at once as a worker makes, decoded by orjson."""
    gate = asyncio.Semaphore(CONCURRENCY)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONCURRENCY)) as session:

        async def call(operation: str, **body: Any) -> Any:
            headers = {
                "X-Amz-Target": f"AWSGlue.{operation}",
                "Content-Type": "application/x-amz-json-1.1",
                "Authorization": SIGNED.format("glue"),
            }
            async with gate, session.post(url, data=orjson.dumps(body), headers=headers) as answer:
                return orjson.loads(await answer.read())

        async def pages(operation: str, **body: Any) -> list[Any]:
            found = [await call(operation, **body)]
            while token := found[-1].get("NextToken"):
                found.append(await call(operation, **body, NextToken=token))
            return found

        async def script(name: str) -> None:
            bucket, key = _place((await call("GetJob", JobName=name))["Job"])
            headers = {"Authorization": SIGNED.format("s3")}
            async with gate, session.get(f"{url}/{bucket}/{key}", headers=headers) as answer:
                await answer.read()

        databases, jobs = await asyncio.gather(pages("GetDatabases"), pages("ListJobs"))
        await asyncio.gather(
            *(
                pages("GetTables", DatabaseName=each["Name"])
                for each in _all(databases, "DatabaseList")
            ),
            *(script(name) for name in _all(jobs, "JobNames")),
        )


def _all(pages: list[Any], field: str) -> Iterator[Any]:
    return itertools.chain.from_iterable(page[field] for page in pages)


def _place(job: Any) -> tuple[str, str]:
    bucket, _, key = job["Command"]["ScriptLocation"].removeprefix("s3://").partition("/")
    return bucket, key


if __name__ == "__main__":
    started = time.perf_counter()
    if sys.argv[1] == "boto3":
        with_boto3(sys.argv[2])
    else:
        asyncio.run(with_aiohttp(sys.argv[2]))
    print(time.perf_counter() - started)
