"""Answers of Glue: plain JSON, and nothing that could pass for an empty page."""

import json
from typing import Any

import botocore.session
import orjson
import pytest
from msgspec import Raw

from glueline_worker.aws.errors import AwsError, AwsThrottled, AwsTransient, classify_error
from glueline_worker.aws.json_parser import (
    ParserFactory,
    PlainJSONParser,
    UnreadableAnswer,
    parse_body,
)
from glueline_worker.catalog.listed import ListedItem, ListedTable

GET_TABLES = botocore.session.get_session().get_service_model("glue").operation_model("GetTables")


async def parsed(body: bytes, status: int = 200, **headers: str) -> dict[str, Any]:
    answer = {"body": body, "headers": headers, "status_code": status}
    parser = ParserFactory().create_parser("json")
    result: dict[str, Any] = await parser.parse(answer, GET_TABLES.output_shape)
    return result


async def test_a_page_comes_as_the_json_says():
    page = {
        "TableList": [{"Name": "ü", "CreateTime": 1700000000.5, "NotInAnyModel": {"a": None}}],
        "NextToken": "t",
    }
    answer = await parsed(orjson.dumps(page))
    metadata = answer.pop("ResponseMetadata")
    (item,) = answer["TableList"]
    assert {**answer, "TableList": [ListedItem(item).decode()]} == page
    assert metadata["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>504 Gateway</html>",
        b"null",
        b"[]",
        b'"ok"',
        b"3",
        b'{"TableList": [',
        b'{"TableList": []} trailing',
        b"\xff\xfe",
        b" ",
        b'{"TableList": NaN}',
    ],
)
async def test_a_good_status_with_another_body_is_an_error_and_not_an_empty_page(body: bytes):
    with pytest.raises(UnreadableAnswer) as raised:
        await parsed(body)
    assert type(classify_error(raised.value, "GetTables")) is AwsTransient


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        (
            {"__type": "ThrottlingException", "message": "Rate exceeded"},
            400,
            "ThrottlingException",
            "Rate exceeded",
        ),
        (
            {"__type": "com.amazon#AccessDeniedException", "Message": "no"},
            400,
            "AccessDeniedException",
            "no",
        ),
        ({}, 503, "503", ""),
    ],
)
async def test_errors_keep_their_codes(body: dict[str, str], status: int, code: str, message: str):
    answer = await parsed(json.dumps(body).encode(), status)
    assert answer["Error"]["Code"] == code
    assert answer["Error"].get("Message", "") == message
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status


async def test_an_error_page_of_a_proxy_is_known_by_its_status():
    answer = await parsed(b"<html>Bad Gateway</html>", 502)
    assert answer["Error"]["Code"] == "502"


def test_only_the_protocol_of_glue_is_parsed_plainly():
    factory = ParserFactory()
    assert isinstance(factory.create_parser("json"), PlainJSONParser)
    for protocol in ("query", "rest-xml", "rest-json"):
        assert not isinstance(factory.create_parser(protocol), PlainJSONParser)


@pytest.mark.parametrize(
    ("code", "kind"), [("ThrottlingException", AwsThrottled), ("503", AwsTransient)]
)
async def test_a_parsed_error_is_understood(code: str, kind: type[AwsError]):
    from botocore.exceptions import ClientError

    answer = await parsed(json.dumps({"__type": code}).encode(), 400)
    assert type(classify_error(ClientError(answer, "GetTables"), "GetTables")) is kind


SLICED = [
    b'{"TableList": [{"Name": "a", "CreateTime": 1.50}, null], "NextToken": "t"}',
    b' {"TableList" :[ {"Name" :"\xc3\xbc"} ] , "NextToken":null}',
    b'{"TableList": [{"Name": "a"}], "TableList": [{"Name": "b"}]}',
    b'{"TableList": [{"Name": "half\\ud800"}, {"Name": "b"}]}',
    b'{"TableList": [{"Name": "\\ud83e\\udd80"}], "__type": "GetTablesResponse"}',
    b'{"TableList": [{"Name": 12345678901234567890123}]}',
    b'{"TableList": null}',
    b'{"TableList": {}}',
    b'{"TableList": ["a", {}]}',
    b'{"message": "Rate exceeded"}',
]


@pytest.mark.parametrize("body", SLICED)
def test_a_page_in_slices_says_what_the_decoded_page_says(body: bytes):
    answer, whole = parse_body(body, "GetTablesResponse"), parse_body(body)
    found = answer.get("TableList")
    decoded = list(map(decode, found)) if isinstance(found, list) else decode(found)
    assert {**answer, "TableList": decoded} == {"TableList": None, **whole}


def decode(item: Any) -> Any:
    """The item itself, whose name a listing finds without decoding it."""
    if not isinstance(item, Raw):
        return item
    table = ListedTable(item)
    assert table.name == str(table.decode().get("Name", ""))
    return table.decode()


def test_letters_that_are_none_make_no_page():
    with pytest.raises(UnreadableAnswer):
        parse_body(b'{"TableList": [{"Name": "\xff"}]}', "GetTablesResponse")
