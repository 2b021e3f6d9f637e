"""Listings as pages: the token alone says what follows."""

import asyncio
from typing import Any

import pytest

from glueline.settings.sources import Source
from glueline_worker.aws import glue as module
from glueline_worker.aws.errors import AwsDenied, AwsRefused, AwsTransient
from glueline_worker.aws.glue import SEGMENTS, EndlessListing, Glue, StaleToken


class FakeConnection:
    """Answers each operation with its pages, one after the other."""

    def __init__(self, catalog_id: str | None = None, **pages: list[Any]) -> None:
        self.source = Source(catalog_id=catalog_id)
        self.pages = pages
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        assert service == "glue"
        self.asked.append((operation, params))
        answer = self.pages[operation].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def tokens(self) -> list[str | None]:
        return [params.get("NextToken") for _, params in self.asked]


def glue(connection: FakeConnection) -> Glue:
    return Glue(connection)  # type: ignore[arg-type]


def tables(*names: str, token: str | None = None) -> dict[str, Any]:
    page: dict[str, Any] = {"TableList": [{"Name": name} for name in names]}
    return page | {"NextToken": token} if token is not None else page


async def names(pages: Any) -> list[str]:
    return [table.name async for page in pages for table in page.items]


async def test_short_and_empty_pages_with_a_token_are_followed():
    connection = FakeConnection(
        GetTables=[tables(token="1"), tables("a", token="2"), tables(token="3"), tables("b")]
    )
    assert await names(glue(connection).list_tables("sales")) == ["a", "b"]
    assert connection.tokens == [None, "1", "2", "3"]
    assert {params["DatabaseName"] for _, params in connection.asked} == {"sales"}


@pytest.mark.parametrize(
    "last",
    [
        {"TableList": [{"Name": "z"}], "NextToken": ""},
        {"TableList": [{"Name": "z"}], "NextToken": None},
    ],
)
async def test_an_empty_token_is_the_end(last: dict[str, Any]):
    connection = FakeConnection(GetTables=[last])
    assert await names(glue(connection).list_tables("d")) == ["z"]


async def test_a_full_page_without_a_token_is_the_end():
    connection = FakeConnection(GetTables=[tables(*(f"t{i}" for i in range(100)))])
    assert len(await names(glue(connection).list_tables("d"))) == 100


@pytest.mark.parametrize("empty", [{}, {"TableList": None}, {"TableList": []}])
async def test_a_page_without_items_is_empty(empty: dict[str, Any]):
    assert await names(glue(FakeConnection(GetTables=[empty])).list_tables("d")) == []


async def test_a_listing_goes_on_from_a_token():
    connection = FakeConnection(GetTables=[tables("k", token="8"), tables("l")])
    assert await names(glue(connection).list_tables("d", token="7")) == ["k", "l"]
    assert connection.tokens == ["7", "8"]


@pytest.mark.parametrize(
    ("start", "given"), [(None, ["1", "1"]), (None, ["1", "2", "1"]), ("7", ["8", "7"])]
)
async def test_a_listing_that_runs_in_circles_is_an_error(start: str | None, given: list[str]):
    pages = [tables(f"t{number}", token=token) for number, token in enumerate(given)]
    connection = FakeConnection(GetTables=pages)
    with pytest.raises(EndlessListing, match="GetTables") as raised:
        await names(glue(connection).list_tables("d", token=start))
    assert len(connection.asked) == len(given)
    assert isinstance(raised.value, AwsTransient)


async def test_a_listing_that_begins_again_with_new_tokens_is_an_error():
    connection = FakeConnection(
        GetTables=[tables(token="1"), tables("a", "b", token="2"), tables("a", "b", token="3")]
    )
    found: list[str] = []

    async def read() -> None:
        async for page in glue(connection).list_tables("d"):
            found.extend(table.name for table in page.items)

    with pytest.raises(EndlessListing, match="the same page came twice"):
        await read()
    assert found == ["a", "b"]


async def test_a_listing_that_is_longer_than_any_can_be_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(module, "MOST_PAGES", 5)
    connection = FakeConnection(GetTables=[tables(token=str(number)) for number in range(9)])
    with pytest.raises(EndlessListing, match="goes on after 5 pages"):
        await names(glue(connection).list_tables("d"))
    assert len(connection.asked) == 5


@pytest.mark.parametrize(("token", "error"), [("7", StaleToken), (None, AwsRefused)])
async def test_only_a_token_can_be_stale(token: str | None, error: type[Exception]):
    refusal = AwsRefused("GetTables: no", code="InvalidInputException")
    connection = FakeConnection(GetTables=[refusal])
    with pytest.raises(error):
        await names(glue(connection).list_tables("d", token=token))


async def test_a_failure_within_a_listing_is_raised():
    connection = FakeConnection(GetTables=[tables("a", token="1"), AwsDenied("no")])
    with pytest.raises(AwsDenied):
        await names(glue(connection).list_tables("d"))


async def test_the_catalogue_is_named_where_glue_takes_one():
    connection = FakeConnection(
        catalog_id="123456789012",
        GetDatabases=[{}],
        GetTables=[{}],
        GetPartitions=[{}],
        ListJobs=[{}],
        GetJob=[{"Job": {"Name": "j"}}],
    )
    reader = glue(connection)
    for pages in (
        reader.list_databases(),
        reader.list_tables("d"),
        reader.list_partitions("d", "t"),
        reader.list_job_names(),
    ):
        async for _ in pages:
            pass
    assert await reader.read_job("j") == {"Name": "j"}
    named = {operation: "CatalogId" in params for operation, params in connection.asked}
    assert named == {
        "GetDatabases": True,
        "GetTables": True,
        "GetPartitions": True,
        "ListJobs": False,
        "GetJob": False,
    }


async def test_without_a_catalogue_none_is_named():
    connection = FakeConnection(GetDatabases=[{}])
    async for _ in glue(connection).list_databases():
        pass
    assert "CatalogId" not in connection.asked[0][1]


async def test_segments_of_partitions_are_asked_for_one_by_one():
    connection = FakeConnection(GetPartitions=[{}, {}])
    async for _ in glue(connection).list_partitions("d", "t", segment=3, schema=False):
        pass
    async for _ in glue(connection).list_partitions("d", "t"):
        pass
    first, second = (params for _, params in connection.asked)
    assert first["Segment"] == {"SegmentNumber": 3, "TotalSegments": SEGMENTS}
    assert first["ExcludeColumnSchema"] is True
    assert "Segment" not in second
    assert second["ExcludeColumnSchema"] is False


async def test_job_names_come_from_the_cheap_call():
    connection = FakeConnection(
        ListJobs=[{"JobNames": ["a", "b"], "NextToken": "1"}, {"JobNames": ["c"]}]
    )
    found = [name async for page in glue(connection).list_job_names() for name in page.items]
    assert found == ["a", "b", "c"]


async def test_job_names_come_from_the_definitions_where_listing_is_denied():
    connection = FakeConnection(
        ListJobs=[AwsDenied("no ListJobs")],
        GetJobs=[{"Jobs": [{"Name": "a"}], "NextToken": "1"}, {"Jobs": [{"Name": "b"}]}],
    )
    found = [name async for page in glue(connection).list_job_names() for name in page.items]
    assert found == ["a", "b"]


async def test_when_both_are_denied_the_denial_is_raised():
    connection = FakeConnection(
        ListJobs=[AwsDenied("no ListJobs")], GetJobs=[AwsDenied("no GetJobs")]
    )
    with pytest.raises(AwsDenied, match="no GetJobs"):
        [page async for page in glue(connection).list_job_names()]


async def test_a_passing_failure_of_listing_jobs_is_no_denial():
    connection = FakeConnection(ListJobs=[AwsTransient("later")])
    with pytest.raises(AwsTransient, match="later"):
        [page async for page in glue(connection).list_job_names()]
    assert [operation for operation, _ in connection.asked] == ["ListJobs"]


@pytest.mark.parametrize("answer", [{}, {"Job": None}])
async def test_a_single_read_without_its_thing_is_empty(answer: dict[str, Any]):
    assert await glue(FakeConnection(GetJob=[answer])).read_job("j") == {}


async def test_a_connection_is_asked_for_without_its_password():
    connection = FakeConnection(GetConnection=[{"Connection": {"Name": "c"}}])
    assert await glue(connection).read_connection("c") == {"Name": "c"}
    assert connection.asked[0][1]["HidePassword"] is True


async def test_a_dataflow_graph_may_be_empty():
    connection = FakeConnection(GetDataflowGraph=[{}, {"DagNodes": [{"Id": "a"}], "DagEdges": []}])
    assert await glue(connection).read_dataflow_graph("x = 1") == ([], [])
    assert await glue(connection).read_dataflow_graph("x = 1") == ([{"Id": "a"}], [])


async def test_a_page_is_fetched_ahead_as_far_as_the_caller_will_read():
    connection = FakeConnection(
        GetTables=[tables("a", token="1"), tables("b", token="2"), tables("c")]
    )
    asked = []
    async for page in glue(connection).list_tables("sales", ahead=2):
        await asyncio.sleep(0)
        asked.append((page.items[0].name, len(connection.asked)))
    assert asked == [("a", 2), ("b", 2), ("c", 3)]


async def test_a_page_ahead_that_fails_fails_when_it_is_its_turn():
    broken = AwsTransient("cut", code="x")
    connection = FakeConnection(GetTables=[tables("a", token="1"), broken])
    pages = glue(connection).list_tables("sales", ahead=5)
    assert [table.name for table in (await anext(pages)).items] == ["a"]
    await asyncio.sleep(0)
    with pytest.raises(AwsTransient, match="cut"):
        await anext(pages)
