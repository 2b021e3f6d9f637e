"""Pages: nothing twice, nothing missing, however the pages are cut."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from glueline_simulator import Simulator, UsageError

DATABASE = "raw_sales_0000"


def pages(client: Any, call: str, key: str, **request: Any) -> list[list[Any]]:
    """All pages of a listing, followed by token and not by count."""
    found = []
    while True:
        answer = getattr(client, call)(**request)
        found.append(answer[key])
        if "NextToken" not in answer:
            return found
        request["NextToken"] = answer["NextToken"]


def names(found: list[list[Any]]) -> list[str]:
    return [item["Name"] for page in found for item in page]


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def test_tables_come_in_pages_of_a_hundred_and_completely(glue: Any) -> None:
    found = pages(glue, "get_tables", "TableList", DatabaseName=DATABASE)
    assert [len(page) for page in found] == [100, 100, 30]
    assert len(set(names(found))) == 230


def test_a_last_page_that_is_full_carries_no_token(glue: Any) -> None:
    found = pages(glue, "get_tables", "TableList", DatabaseName=DATABASE, MaxResults=23)
    assert [len(page) for page in found] == [23] * 10


@pytest.mark.parametrize(
    ("call", "request_", "most"),
    [
        ("get_databases", {}, 100),
        ("get_tables", {"DatabaseName": DATABASE}, 100),
        ("get_partitions", {"DatabaseName": DATABASE, "TableName": "orders_000000"}, 1000),
        ("get_jobs", {}, 1000),
        ("list_jobs", {}, 1000),
        ("search_tables", {}, 1000),
        ("get_job_runs", {"JobName": "load-orders_0000"}, 200),
        ("get_triggers", {}, 200),
        ("list_workflows", {}, 25),
        ("get_crawlers", {}, 1000),
        ("get_connections", {}, 1000),
    ],
)
def test_pages_are_capped_as_the_service_caps_them(
    glue: Any, call: str, request_: dict[str, Any], most: int
) -> None:
    getattr(glue, call)(**request_, MaxResults=most)
    with pytest.raises(ClientError, match=f"less than or equal to {most}") as error:
        getattr(glue, call)(**request_, MaxResults=most + 1)
    assert code(error) == "ValidationException"


def test_ragged_pages_are_short_or_empty_and_still_complete(tuned: Simulator, glue: Any) -> None:
    tuned.configure(ragged=True)
    found = pages(glue, "get_tables", "TableList", DatabaseName=DATABASE, MaxResults=10)
    sizes = [len(page) for page in found]
    assert sorted(names(found)) == sorted(set(names(found)))
    assert len(names(found)) == 230
    assert 0 in sizes
    assert any(0 < size < 10 for size in sizes)
    again = pages(glue, "get_tables", "TableList", DatabaseName=DATABASE, MaxResults=10)
    assert [len(page) for page in again] == sizes


def test_a_token_belongs_to_its_query(glue: Any) -> None:
    token = glue.get_tables(DatabaseName=DATABASE, MaxResults=5)["NextToken"]
    with pytest.raises(ClientError) as error:
        glue.get_tables(DatabaseName="raw_marketing_0001", NextToken=token)
    assert code(error) == "InvalidInputException"
    with pytest.raises(ClientError) as error:
        glue.get_tables(DatabaseName=DATABASE, NextToken="bm9uc2Vuc2U=")
    assert code(error) == "InvalidInputException"


def test_tokens_expire_when_told_to(tuned: Simulator, glue: Any) -> None:
    token = glue.get_tables(DatabaseName=DATABASE, MaxResults=5)["NextToken"]
    tuned.configure(token_seconds=1e-6)
    with pytest.raises(ClientError, match="expired") as error:
        glue.get_tables(DatabaseName=DATABASE, NextToken=token)
    assert code(error) == "InvalidInputException"


def test_an_expression_is_a_regex_on_the_whole_name(glue: Any) -> None:
    found = names(pages(glue, "get_tables", "TableList", DatabaseName=DATABASE))
    matched = pages(glue, "get_tables", "TableList", DatabaseName=DATABASE, Expression="orders_.*")
    assert names(matched) == [name for name in found if name.startswith("orders_")]
    assert not names(pages(glue, "get_tables", "TableList", DatabaseName=DATABASE, Expression="o"))
    with pytest.raises(ClientError) as error:
        glue.get_tables(DatabaseName=DATABASE, Expression="(")
    assert code(error) == "InvalidInputException"


def test_attributes_can_be_narrowed(glue: Any) -> None:
    request = {"DatabaseName": DATABASE, "MaxResults": 1}
    assert set(glue.get_tables(**request, AttributesToGet=["NAME"])["TableList"][0]) == {"Name"}
    both = glue.get_tables(**request, AttributesToGet=["NAME", "TABLE_TYPE"])["TableList"][0]
    assert set(both) == {"Name", "TableType"}


def test_segments_divide_the_partitions_exactly(glue: Any) -> None:
    table = {"DatabaseName": DATABASE, "TableName": "orders_000000"}
    whole = pages(glue, "get_partitions", "Partitions", **table)
    segments = [
        pages(
            glue,
            "get_partitions",
            "Partitions",
            **table,
            MaxResults=4,
            Segment={"SegmentNumber": number, "TotalSegments": 7},
        )
        for number in range(7)
    ]
    divided = [tuple(row["Values"]) for part in segments for page in part for row in page]
    assert len(divided) == 55
    assert sorted(divided) == sorted(tuple(row["Values"]) for page in whole for row in page)
    with pytest.raises(ClientError) as error:
        glue.get_partitions(**table, Segment={"SegmentNumber": 7, "TotalSegments": 7})
    assert code(error) == "InvalidInputException"
    with pytest.raises(ClientError) as error:
        glue.get_partitions(**table, Segment={"SegmentNumber": 0, "TotalSegments": 11})
    assert code(error) == "ValidationException"


def test_partitions_leave_out_columns_and_can_be_filtered(glue: Any) -> None:
    table = {"DatabaseName": DATABASE, "TableName": "orders_000000"}
    first = glue.get_partitions(**table)["Partitions"][0]
    assert first["StorageDescriptor"]["Columns"]
    bare = glue.get_partitions(**table, ExcludeColumnSchema=True)["Partitions"][0]
    assert "Columns" not in bare["StorageDescriptor"]
    request = {**table, "Expression": "year = '2024' AND month >= '12'"}
    found = glue.get_partitions(**request)["Partitions"]
    assert {tuple(row["Values"][:2]) for row in found} == {("2024", "12")}
    one = glue.get_partition(**table, PartitionValues=first["Values"])["Partition"]
    assert one["Values"] == first["Values"]


def test_search_stops_silently_near_ten_thousand(clients: Any) -> None:
    with Simulator(databases=2, tables=6000, columns=1, jobs=0) as sim:
        client = clients(sim, "glue")
        found = pages(client, "search_tables", "TableList", MaxResults=1000)
    assert len(names(found)) == 10_000


def test_jobs_are_listed_and_fetched_by_name(glue: Any) -> None:
    listed = [name for page in pages(glue, "list_jobs", "JobNames", MaxResults=7) for name in page]
    jobs = pages(glue, "get_jobs", "Jobs", MaxResults=11)
    assert listed == names(jobs)
    assert {job["JobMode"] for page in jobs for job in page} == {"SCRIPT", "VISUAL"}
    answer = glue.batch_get_jobs(JobNames=[listed[0], "gone"])
    assert [job["Name"] for job in answer["Jobs"]] == [listed[0]]
    assert answer["JobsNotFound"] == ["gone"]
    runs = glue.get_job_runs(JobName=listed[0])["JobRuns"]
    assert "CompletedOn" not in runs[0]
    assert glue.get_job_run(JobName=listed[0], RunId=runs[1]["Id"])["JobRun"]["CompletedOn"]


async def test_an_asynchronous_client_reads_it_all(generated: Simulator) -> None:
    from aiobotocore.session import get_session

    session = get_session()
    async with session.create_client(
        "glue",
        endpoint_url=generated.url,
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    ) as client:
        count = 0
        async for page in client.get_paginator("get_tables").paginate(DatabaseName=DATABASE):
            count += len(page["TableList"])
    assert count == 230


@pytest.mark.parametrize(
    ("loop", "sizes", "tokens"), [("same", {10}, 1), ("page", {10}, 5), ("empty", {0}, 5)]
)
def test_a_listing_can_be_endless(
    tuned: Simulator, glue: Any, loop: str, sizes: set[int], tokens: int
) -> None:
    tuned.configure(endless=[f"GetTables:{DATABASE}={loop}"], token_seconds=60)
    request = {"DatabaseName": DATABASE, "MaxResults": 10}
    seen: list[tuple[int, str]] = []
    while len(seen) < 5:
        answer = glue.get_tables(**request)
        seen.append((len(answer["TableList"]), answer["NextToken"]))
        request["NextToken"] = answer["NextToken"]
    assert {size for size, _ in seen} == sizes
    assert len({token for _, token in seen}) == tokens
    assert len(pages(glue, "get_tables", "TableList", DatabaseName="raw_marketing_0001")) == 3


def test_what_is_endless_is_named_in_full(tuned: Simulator) -> None:
    for wrong in ("GetTables", "GetTables=for ever"):
        with pytest.raises(UsageError, match="is no endless listing"):
            tuned.configure(endless=[wrong])


def expressed(glue: Any, expression: str, **more: Any) -> list[list[Any]]:
    more |= {"DatabaseName": DATABASE, "Expression": expression}
    return pages(glue, "get_tables", "TableList", **more)


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("orders_.*", lambda name: name.startswith("orders_")),
        ("^[oO]rders_[0-9]+$", lambda name: name.startswith("orders_")),
        (".*_0000[0-4].", lambda name: int(name[-6:]) < 50),
        ("^([^a-r].*)?$", lambda name: name[0] > "r"),
        ("orders|clicks_.*", lambda name: name.startswith("clicks_")),
        ("orders", lambda name: False),
    ],
)
def test_an_expression_selects_the_names_that_match_as_a_whole(
    tuned: Simulator, glue: Any, expression: str, matches: Any
) -> None:
    everything = names(pages(glue, "get_tables", "TableList", DatabaseName=DATABASE))
    wanted = [name for name in everything if matches(name)]
    assert names(expressed(glue, expression, MaxResults=7)) == wanted
    tuned.configure(expressions="filtered")
    assert names(expressed(glue, expression, MaxResults=7)) == wanted


def test_expressions_can_be_served_from_an_index_filtered_ignored_or_refused(
    tuned: Simulator, glue: Any
) -> None:
    assert [len(page) for page in expressed(glue, "orders_.*", MaxResults=5)] == [5, 3]
    tuned.configure(expressions="filtered")
    assert len(expressed(glue, "orders_.*", MaxResults=5)) == 46
    tuned.configure(expressions="ignored")
    assert len(names(expressed(glue, "orders_.*"))) == 230
    tuned.configure(expressions="refused")
    with pytest.raises(ClientError) as error:
        expressed(glue, "orders_.*")
    assert code(error) == "InvalidInputException"


def test_an_expression_sees_tables_come_and_go(tuned: Simulator, glue: Any) -> None:
    assert len(names(expressed(glue, "orders_.*"))) == 8
    tuned.add_table(DATABASE, "orders_new", columns={"id": "bigint"})
    assert "orders_new" in names(expressed(glue, "orders_.*"))
    tuned.delete_table(DATABASE, "orders_new")
    assert len(names(expressed(glue, "orders_.*"))) == 8
