"""S3, as far as scripts and sinks need it."""

import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError

from glueline_simulator import Simulator
from glueline_simulator.services.s3 import parse_address

SCRIPTS = "glueline-scripts-123456789012-eu-west-1"
AUTH = "AWS4-HMAC-SHA256 Credential=AKIA/20250101/eu-west-1/s3/aws4_request, Signature=0"


def test_scripts_of_generated_jobs_are_there(s3: Any) -> None:
    key = "jobs/load-orders_0000.py"
    body = s3.get_object(Bucket=SCRIPTS, Key=key)["Body"].read()
    assert b"awsglue" in body
    assert s3.head_object(Bucket=SCRIPTS, Key=key)["ContentLength"] == len(body)
    part = s3.get_object(Bucket=SCRIPTS, Key=key, Range="bytes=2-5")["Body"].read()
    assert part == body[2:6]


@pytest.mark.parametrize("key", ["jobs/none.py", "jobs/load-orders_9999.py", "other"])
def test_a_missing_key_is_missing(s3: Any, key: str) -> None:
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=SCRIPTS, Key=key)
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=SCRIPTS, Key=key)
    assert error.value.response["Error"]["Code"] == "404"


def test_objects_are_written_listed_and_deleted(s3: Any) -> None:
    keys = [f"out/run=1/part {number}&é.jsonl" for number in range(5)]
    for key in keys:
        s3.put_object(Bucket="sink", Key=key, Body=key.encode())
    s3.put_object(Bucket="sink", Key="runs/1.json", Body=b"{}")
    assert s3.get_object(Bucket="sink", Key=keys[3])["Body"].read() == keys[3].encode()
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="sink", Prefix="out/", PaginationConfig={"PageSize": 2}
    )
    assert [row["Key"] for page in pages for row in page["Contents"]] == keys
    top = s3.list_objects_v2(Bucket="sink", Delimiter="/")
    assert [row["Prefix"] for row in top["CommonPrefixes"]] == ["out/", "runs/"]
    s3.delete_object(Bucket="sink", Key=keys[0])
    s3.delete_objects(Bucket="sink", Delete={"Objects": [{"Key": key} for key in keys[1:]]})
    assert s3.list_objects_v2(Bucket="sink")["KeyCount"] == 1


def test_buckets_are_created_and_known(s3: Any) -> None:
    with pytest.raises(ClientError) as error:
        s3.head_bucket(Bucket="new-bucket")
    assert error.value.response["Error"]["Code"] == "404"
    s3.create_bucket(
        Bucket="new-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    s3.head_bucket(Bucket="new-bucket")
    assert "new-bucket" in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("127.0.0.1:4577", "/bucket/a/b", ("bucket", "a/b")),
        ("localhost:4577", "/bucket/a", ("bucket", "a")),
        ("s3.eu-west-1.amazonaws.com", "/bucket/a", ("bucket", "a")),
        ("bucket.s3.eu-west-1.amazonaws.com", "/a/b", ("bucket", "a/b")),
        ("my.bucket.localhost:4577", "/a/b", ("my.bucket", "a/b")),
        ("bucket.127.0.0.1:4577", "/a", ("bucket", "a")),
    ],
)
def test_the_bucket_is_found_in_path_or_host(
    host: str, path: str, expected: tuple[str, str]
) -> None:
    assert parse_address(host, path) == expected


def test_virtual_hosts_are_served(generated: Simulator) -> None:
    headers = {"Host": f"{SCRIPTS}.localhost", "Authorization": AUTH}
    answer = httpx.get(f"{generated.url}/jobs/load-orders_0000.py", headers=headers)
    assert answer.status_code == 200
    assert "awsglue" in answer.text


def test_an_upload_that_waits_to_be_asked_is_asked(generated: Simulator) -> None:
    where = urlsplit(generated.url)
    request = (
        "PUT /expecting/key HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {AUTH}\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
        connection.sendall(request.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"5\r\nhello\r\n0\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")
        connection.sendall(
            f"GET /expecting/key HTTP/1.1\r\nHost: localhost\r\nAuthorization: {AUTH}\r\n\r\n".encode()
        )
        assert connection.recv(1000).endswith(b"\r\n\r\nhello")


def test_chunks_of_the_sdk_are_unwrapped(generated: Simulator) -> None:
    headers = {"Authorization": AUTH, "Content-Encoding": "aws-chunked"}
    body = b"5;chunk-signature=0\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n"
    url = f"{generated.url}/chunky/key"
    assert httpx.put(url, headers=headers, content=body).status_code == 200
    assert httpx.get(url, headers={"Authorization": AUTH}).content == b"hello world"


def test_s3_has_errors_of_its_own(tuned: Simulator, clients: Any) -> None:
    client = clients(tuned, "s3")
    tuned.configure(quota={"GetObject": "0:0"}, deny=["PutObject:private/*"])
    with pytest.raises(ClientError) as error:
        client.get_object(Bucket=SCRIPTS, Key="jobs/load-orders_0000.py")
    assert error.value.response["Error"]["Code"] == "SlowDown"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    with pytest.raises(ClientError, match="s3:PutObject on resource") as error:
        client.put_object(Bucket="private", Key="a", Body=b"")
    assert error.value.response["Error"]["Code"] == "AccessDenied"
