"""Answers of success that hold no listing end in an error over real HTTP, never in an empty list."""

import json
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from tenacity import wait_fixed

from glueline.settings.settings import Settings
from glueline_worker.aws.errors import AwsError
from glueline_worker.aws.glue import Glue
from glueline_worker.aws.sources import Connection, make_quick_connections

IDENTITY = b"<R xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></R>"  # fmt: skip
LISTINGS: dict[str, Any] = {
    "DatabaseList": lambda glue: glue.list_databases(),
    "TableList": lambda glue: glue.list_tables("sales"),
    "Partitions": lambda glue: glue.list_partitions("sales", "orders"),
    "Jobs": lambda glue: glue.list_jobs(),
    "JobNames": lambda glue: glue.list_job_names(),
}
BODIES: list[Any] = [
    {"__type": "InternalServiceException", "message": "x"},
    {"MEMBER": None},
    {},
    {"MEMBER": [], "__type": "com.amazonaws.glue#InternalServiceException"},
    {"MEMBER": [], "message": "Rate exceeded"},
]


class Server(ThreadingHTTPServer):
    """Answers the first page of a listing well, and the second with ``second``."""

    second: Any = None


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        if b"GetCallerIdentity" in asked:
            self.answer(IDENTITY)
            return
        member = MEMBERS[self.headers["X-Amz-Target"].split(".")[1]]
        is_second = "NextToken" in json.loads(asked)
        item: Any = "a" if member == "JobNames" else {"Name": "a", "Values": ["a"]}
        page = self.server.second if is_second else {"MEMBER": [item], "NextToken": "2"}
        self.answer(json.dumps(page).replace("MEMBER", member).encode())

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


MEMBERS = {
    "GetDatabases": "DatabaseList",
    "GetTables": "TableList",
    "GetPartitions": "Partitions",
    "GetJobs": "Jobs",
    "ListJobs": "JobNames",
}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as found:
        Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
        yield found
        found.shutdown()


@pytest.fixture
async def connection(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connection]:
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr("glueline_worker.aws.calls._backoff", wait_fixed(2))
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "thing",
    }.items():
        monkeypatch.setenv(name, value)
    sources = make_quick_connections(Settings(), seconds=1, rate=1000)
    yield await sources.connect("default")
    await sources.close()


@pytest.mark.parametrize("body", BODIES, ids=lambda body: json.dumps(body)[:40])
@pytest.mark.parametrize("member", LISTINGS)
async def test_a_second_page_that_is_none_is_an_error(
    server: Server, connection: Connection, member: str, body: Any
) -> None:
    server.second = body
    pages = LISTINGS[member](Glue(connection))
    assert (await anext(pages)).items
    with pytest.raises(AwsError):
        await anext(pages)


@pytest.mark.parametrize("member", LISTINGS)
async def test_an_empty_second_page_ends_a_listing(
    server: Server, connection: Connection, member: str
) -> None:
    server.second = {"MEMBER": []}
    pages = [page.items async for page in LISTINGS[member](Glue(connection))]
    assert [len(items) for items in pages] == [1, 0]
