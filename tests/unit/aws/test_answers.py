"""What an answer of success must hold, whatever a proxy or an emulator sends instead."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from glueline_worker.aws.answers import check_answer, is_object_listing
from glueline_worker.aws.errors import AwsThrottled, AwsTransient, classify_error
from glueline_worker.aws.json_parser import UnreadableAnswer

GOOD: list[tuple[str, dict[str, Any]]] = [
    ("GetDatabases", {"DatabaseList": []}),
    ("GetTables", {"TableList": [{"Name": "a"}, None], "NextToken": "1"}),
    ("GetTables", {"TableList": [], "NextToken": None, "__type": "GetTablesResponse"}),
    ("GetPartitions", {"Partitions": [{}]}),
    ("GetJobs", {"Jobs": [None]}),
    ("ListJobs", {"JobNames": ["a", None]}),
    ("GetTable", {"Table": {"Name": "a"}}),
    ("GetDataflowGraph", {"DagNodes": []}),
    ("GetDataflowGraph", {"DagNodes": [], "DagEdges": None}),
    ("GetCallerIdentity", {"Account": "123456789012"}),
    ("GetSecretValue", {"Name": "s", "SecretBinary": b"x"}),
    ("GetParameter", {"Parameter": {"Value": "v"}}),
    ("HeadObject", {}),
]
LISTINGS = {
    "GetDatabases": "DatabaseList",
    "GetTables": "TableList",
    "GetPartitions": "Partitions",
    "GetJobs": "Jobs",
    "ListJobs": "JobNames",
}
SINGLES = {"GetDatabase": "Database", "GetTable": "Table", "GetJob": "Job"}
SINGLES |= {"GetConnection": "Connection", "GetParameter": "Parameter"}


@pytest.mark.parametrize(("operation", "answer"), GOOD)
def test_what_an_operation_promises_is_taken(operation: str, answer: dict[str, Any]) -> None:
    assert check_answer(operation, answer) is answer


def unreadable() -> list[Any]:
    cases: list[Any] = []
    for operation, member in LISTINGS.items():
        other = [1] if operation == "ListJobs" else ["a"]
        good: list[Any] = ["a"] if operation == "ListJobs" else [{"Name": "a"}]
        junk: tuple[Any, ...] = (None, {"Name": "z"}, "text", 3, other, [[{}]])
        cases += [(operation, {member: value}) for value in junk]
        tokens: tuple[Any, ...] = (1, {}, ["x"], True)
        cases += [(operation, {member: good, "NextToken": token}) for token in tokens]
        cases += [(operation, {}), (operation, {"message": "upstream timed out"})]
        errors = ({"message": "Rate exceeded"}, {"Error": {"Code": "x"}}, {"errorType": "Timeout"})
        cases += [(operation, {member: items} | error) for error in errors for items in (good, [])]
    for operation, member in SINGLES.items():
        nothing: tuple[Any, ...] = (None, {}, [], "text", {"Name": None, "Value": None})
        cases += [(operation, {member: value}) for value in nothing]
    cases += [
        ("GetDataflowGraph", {}),
        ("GetDataflowGraph", {"DagNodes": {}, "DagEdges": []}),
        ("GetDataflowGraph", {"DagNodes": ["a"]}),
        ("GetCallerIdentity", {}),
        ("GetCallerIdentity", {"Account": None}),
        ("GetSecretValue", {}),
    ]
    return cases


@pytest.mark.parametrize(("operation", "answer"), unreadable())
def test_anything_else_is_unreadable_and_tried_again(
    operation: str, answer: dict[str, Any]
) -> None:
    with pytest.raises(UnreadableAnswer, match=operation) as caught:
        check_answer(operation, answer)
    assert isinstance(classify_error(caught.value, operation), AwsTransient)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("ThrottlingException", AwsThrottled), ("com.amazon#Novel", AwsTransient)],
)
def test_an_error_in_an_answer_of_success_is_that_error(code: str, kind: type) -> None:
    with pytest.raises(ClientError) as caught:
        check_answer(
            "GetTables",
            {"__type": code, "message": "x", "ResponseMetadata": {"HTTPStatusCode": 200}},
        )
    understood = classify_error(caught.value, "GetTables")
    assert type(understood) is kind
    assert understood.code == code.rpartition("#")[2]


@pytest.mark.parametrize("code", ["ThrottlingException", "com.amazonaws.glue#InternalFailure"])
@pytest.mark.parametrize(("operation", "member"), LISTINGS.items())
def test_an_error_beside_a_list_is_an_error(operation: str, member: str, code: str) -> None:
    for items in ([], [None]):
        with pytest.raises(ClientError):
            check_answer(operation, {member: items, "__type": code})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"KeyCount": 0, "IsTruncated": False}, True),
        ({"Contents": [{"Key": "k"}]}, True),
        ({"Contents": [], "IsTruncated": True, "NextContinuationToken": "t"}, True),
        ({"Contents": [], "IsTruncated": True}, False),
        ({}, False),
        ({"ResponseMetadata": {}, "Message": "x"}, False),
    ],
)
def test_a_listing_of_objects_may_be_empty_but_says_so(
    answer: dict[str, Any], *, expected: bool
) -> None:
    assert is_object_listing(answer) is expected
