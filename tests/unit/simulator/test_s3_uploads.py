"""Uploads, copies and conditional writes: the simulator answers as moto's server does."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer
from tests.unit.simulator.conftest import Clients

from glueline_simulator import Simulator

MEBIBYTE = 1 << 20
KEYS = ["a/../b", "a%2Fb", "run=1/x", "é/ü €", "n" * 1000, "a&<b>'\"", "a+b c"]


class MotoServer:
    """A server of moto with the attribute that clients need."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        self._server.start()
        self.url = "http://{}:{}".format(*self._server.get_host_and_port())

    def stop(self) -> None:
        self._server.stop()


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    server = MotoServer()
    yield server
    server.stop()


@pytest.fixture(params=["simulator", "moto"])
def bucket(request: pytest.FixtureRequest, clients: Clients) -> tuple[Any, str]:
    """A client, and an empty bucket of the simulator or of moto."""
    server = "generated" if request.param == "simulator" else "moto"
    client = clients(request.getfixturevalue(server), "s3")
    name = f"bucket-{abs(hash(request.node.nodeid))}"
    place = {"LocationConstraint": "eu-west-1"}
    client.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    return client, name


def read(client: Any, name: str, key: str = "key") -> bytes:
    content: bytes = client.get_object(Bucket=name, Key=key)["Body"].read()
    return content


def start(client: Any, name: str, key: str = "key", **options: Any) -> dict[str, Any]:
    """Start an upload; return what all calls about it name."""
    answer = client.create_multipart_upload(Bucket=name, Key=key, **options)
    return {"Bucket": name, "Key": key, "UploadId": answer["UploadId"]}


def put_parts(client: Any, upload: dict[str, Any], *bodies: bytes) -> dict[str, Any]:
    """Upload parts; return the list of them that completes the upload."""
    parts = [
        {
            "PartNumber": number,
            "ETag": client.upload_part(**upload, PartNumber=number, Body=body)["ETag"],
        }
        for number, body in enumerate(bodies, 1)
    ]
    return {"Parts": parts}


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_parts_become_one_object_when_the_upload_completes(bucket: tuple[Any, str]) -> None:
    client, name = bucket
    upload = start(client, name)
    parts = put_parts(client, upload, b"a" * 5 * MEBIBYTE, b"the end")
    with pytest.raises(ClientError) as error:
        read(client, name)
    assert code_of(error) == "NoSuchKey"
    listed = client.list_parts(**upload)["Parts"]
    assert [(row["PartNumber"], row["Size"]) for row in listed] == [(1, 5 * MEBIBYTE), (2, 7)]
    done = client.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert done["ETag"].endswith('-2"')
    assert read(client, name) == b"a" * 5 * MEBIBYTE + b"the end"
    assert client.head_object(Bucket=name, Key="key")["ETag"] == done["ETag"]
    assert client.list_objects_v2(Bucket=name)["Contents"][0]["ETag"] == done["ETag"]
    assert "Uploads" not in client.list_multipart_uploads(Bucket=name)


def test_uploads_are_listed_by_prefix_and_aborted(bucket: tuple[Any, str]) -> None:
    client, name = bucket
    uploads = {key: start(client, name, key) for key in ("runs/1/a", "runs/1/b", "runs/2/a")}
    put_parts(client, uploads["runs/1/a"], b"x")
    found = client.list_multipart_uploads(Bucket=name, Prefix="runs/1/")["Uploads"]
    assert {row["Key"]: row["UploadId"] for row in found} == {
        key: uploads[key]["UploadId"] for key in ("runs/1/a", "runs/1/b")
    }
    client.abort_multipart_upload(**uploads["runs/1/a"])
    left = client.list_multipart_uploads(Bucket=name)["Uploads"]
    assert [row["Key"] for row in left] == ["runs/1/b", "runs/2/a"]


def test_an_aborted_upload_takes_no_more_parts(generated: Simulator, clients: Clients) -> None:
    client = clients(generated, "s3")
    upload = start(client, "aborted")
    client.abort_multipart_upload(**upload)
    with pytest.raises(ClientError) as error:
        client.upload_part(**upload, PartNumber=1, Body=b"late")  # moto's server answers 500
    assert code_of(error) == "NoSuchUpload"


def test_a_small_or_unknown_part_does_not_complete(bucket: tuple[Any, str]) -> None:
    client, name = bucket
    upload = start(client, name)
    parts = put_parts(client, upload, b"too small", b"end")
    with pytest.raises(ClientError) as error:
        client.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert code_of(error) == "EntityTooSmall"
    parts["Parts"][1]["ETag"] = '"0123"'
    with pytest.raises(ClientError) as error:
        client.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert code_of(error) == "InvalidPart"
    assert client.list_parts(**upload)["Parts"]


def test_only_the_first_of_two_conditional_writes_wins(bucket: tuple[Any, str]) -> None:
    client, name = bucket
    first = client.put_object(Bucket=name, Key="key", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError) as error:
        client.put_object(Bucket=name, Key="key", Body=b"second", IfNoneMatch="*")
    assert code_of(error) == "PreconditionFailed"
    client.put_object(Bucket=name, Key="key", Body=b"third", IfMatch=first["ETag"])
    with pytest.raises(ClientError) as error:
        client.put_object(Bucket=name, Key="key", Body=b"fourth", IfMatch=first["ETag"])
    assert code_of(error) == "PreconditionFailed"
    assert read(client, name) == b"third"


def test_objects_and_ranges_of_them_are_copied(bucket: tuple[Any, str]) -> None:
    client, name = bucket
    source = {"Bucket": name, "Key": "from/é=1 %2F"}
    client.put_object(**source, Body=b"0123456789")
    client.copy_object(Bucket=name, Key="copy", CopySource=source)
    assert read(client, name, "copy") == b"0123456789"
    with pytest.raises(ClientError) as error:
        client.copy_object(Bucket=name, Key="copy", CopySource={"Bucket": name, "Key": "none"})
    assert code_of(error) == "NoSuchKey"
    upload = start(client, name)
    part = client.upload_part_copy(
        **upload, PartNumber=1, CopySource=source, CopySourceRange="bytes=2-4"
    )
    parts = [{"PartNumber": 1, "ETag": part["CopyPartResult"]["ETag"]}]
    client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert read(client, name) == b"234"


def test_encryption_is_stated_by_all_answers(bucket: tuple[Any, str]) -> None:
    client, name = bucket
    options = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key-1"}
    answers = [client.put_object(Bucket=name, Key="put", Body=b"x", **options)]
    upload = start(client, name, "parts", **options)
    client.complete_multipart_upload(**upload, MultipartUpload=put_parts(client, upload, b"x"))
    answers += [client.head_object(Bucket=name, Key=key) for key in ("put", "parts")]
    for answer in answers:
        assert {option: answer.get(option) for option in options} == options


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_any_characters_comes_back(
    generated: Simulator, clients: Clients, key: str
) -> None:
    client, name = clients(generated, "s3"), f"keys-{abs(hash(key))}"
    upload = start(client, name, key)
    listed = client.list_multipart_uploads(Bucket=name, Prefix=key[:1], EncodingType="url")
    assert [row["UploadId"] for row in listed["Uploads"]] == [upload["UploadId"]]
    client.complete_multipart_upload(**upload, MultipartUpload=put_parts(client, upload, b"x"))
    assert [row["Key"] for row in client.list_objects_v2(Bucket=name)["Contents"]] == [key]
    assert read(client, name, key) == b"x"


def test_uploads_are_listed_in_pages(generated: Simulator, clients: Clients) -> None:
    client = clients(generated, "s3")
    keys = ["a", "a", "b", "é", "z"]
    made = [start(client, "pages", key)["UploadId"] for key in keys]
    pages = client.get_paginator("list_multipart_uploads").paginate(
        Bucket="pages", PaginationConfig={"PageSize": 2}
    )
    found = [row["UploadId"] for page in pages for row in page["Uploads"]]
    assert sorted(found) == sorted(made)


def test_a_bucket_of_another_region_says_which(generated: Simulator, clients: Clients) -> None:
    client = clients(generated, "s3")
    place = {"LocationConstraint": "eu-central-1"}
    client.create_bucket(Bucket="elsewhere", CreateBucketConfiguration=place)
    auth = "AWS4-HMAC-SHA256 Credential=AKIA/20250101/eu-west-1/s3/aws4_request, Signature=0"
    answer = httpx.get(f"{generated.url}/elsewhere?list-type=2", headers={"Authorization": auth})
    assert (answer.status_code, "<Code>PermanentRedirect</Code>" in answer.text) == (301, True)
    assert answer.headers["x-amz-bucket-region"] == "eu-central-1"
    client.put_object(Bucket="elsewhere", Key="key", Body=b"x")  # botocore goes where it is told
    assert read(client, "elsewhere") == b"x"


def test_the_memory_of_aborted_and_replaced_parts_is_given_back(
    generated: Simulator, clients: Clients
) -> None:
    client = clients(generated, "s3")
    for _ in range(5):
        upload = start(client, "memory")
        for _ in range(3):
            put_parts(client, upload, b"x" * 64 * MEBIBYTE)
        client.abort_multipart_upload(**upload)
    client.put_object(Bucket="memory", Key="key", Body=b"x" * 64 * MEBIBYTE)
    client.delete_object(Bucket="memory", Key="key")
    for _ in range(8):
        client.put_object(Bucket="memory", Key="key", Body=b"x" * 64 * MEBIBYTE)


def test_a_part_of_s3_that_is_not_simulated_is_no_listing(
    generated: Simulator, clients: Clients
) -> None:
    client = clients(generated, "s3")
    client.put_object(Bucket="parts-of-s3", Key="key", Body=b"x")
    for call in (client.get_bucket_versioning, client.get_bucket_policy, client.get_bucket_acl):
        with pytest.raises(ClientError) as error:
            call(Bucket="parts-of-s3")
        assert code_of(error) == "NotImplemented"


def test_a_denied_put_denies_copies_and_uploads_as_well(tuned: Simulator, clients: Clients) -> None:
    client = clients(tuned, "s3")
    client.put_object(Bucket="source", Key="key", Body=b"x")
    upload = start(client, "denied", "private/parts")
    tuned.configure(deny=["PutObject:denied/private/*", "AbortMultipartUpload:denied/*"])
    place, source = {"Bucket": "denied", "Key": "private/a"}, {"Bucket": "source", "Key": "key"}
    calls: list[Callable[[], Any]] = [
        lambda: client.copy_object(**place, CopySource=source),
        lambda: client.create_multipart_upload(**place),
        lambda: client.upload_part(**upload, PartNumber=1, Body=b"x"),
    ]
    for call in calls:
        with pytest.raises(ClientError, match="perform: s3:PutObject on resource") as error:
            call()
        assert code_of(error) == "AccessDenied"
    with pytest.raises(ClientError, match="s3:AbortMultipartUpload"):
        client.abort_multipart_upload(**upload)
    client.copy_object(Bucket="denied", Key="public", CopySource=source)


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
def test_calls_of_an_upload_can_be_throttled(
    tuned: Simulator, clients: Clients, operation: str
) -> None:
    client = clients(tuned, "s3")
    upload = start(client, "throttled", operation)
    parts = put_parts(client, upload, b"x")
    tuned.configure(quota={operation: "0:0"})
    with pytest.raises(ClientError) as error:
        client.complete_multipart_upload(**upload, MultipartUpload=put_parts(client, upload, b"x"))
    assert code_of(error) == "SlowDown"
    tuned.configure(quota={})
    client.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert read(client, "throttled", operation) == b"x"
