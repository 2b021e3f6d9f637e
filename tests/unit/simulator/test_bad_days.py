"""Quotas, faults, denials, outages, and what the statistics say about them."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from glueline_simulator import Simulator, UsageError
from glueline_simulator.faults import DEFAULT_FAULT_KINDS, FaultPlan
from glueline_simulator.quota import Quota, QuotaBuckets

DATABASE = "raw_sales_0000"


def raw_call(sim: Simulator, operation: str, body: dict[str, Any]) -> httpx.Response:
    """A call that no client would make."""
    auth = "AWS4-HMAC-SHA256 Credential=AKIA/20250101/eu-west-1/glue/aws4_request, Signature=0"
    headers = {"X-Amz-Target": f"AWSGlue.{operation}", "Authorization": auth}
    return httpx.post(sim.url, headers=headers, json=body)


def attempt(call: Any, **request: Any) -> str:
    try:
        call(**request)
    except ClientError as error:
        return error.response["Error"]["Code"]
    except (BotoCoreError, ResponseParserError) as error:
        return type(error).__name__
    return "ok"


def test_a_quota_lets_a_burst_through_and_then_throttles(tuned: Simulator, glue: Any) -> None:
    tuned.configure(quota={"GetTables": "0:5"})
    outcomes = [attempt(glue.get_tables, DatabaseName=DATABASE) for _ in range(8)]
    assert outcomes == ["ok"] * 5 + ["ThrottlingException"] * 3
    assert attempt(glue.get_databases) == "ok"
    counted = tuned.stats()["operations"]["GetTables"]
    assert (counted["calls"], counted["ok"], counted["throttled"]) == (8, 5, 3)


def test_a_throttled_call_says_rate_exceeded(tuned: Simulator, glue: Any) -> None:
    tuned.configure(quota=["*=0:0"])
    with pytest.raises(ClientError, match="Rate exceeded") as error:
        glue.get_databases()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert attempt(glue.get_job, JobName="x") == "ThrottlingException"


def test_a_bucket_fills_at_its_rate_up_to_its_burst() -> None:
    quotas = QuotaBuckets({"GetTables": Quota.parse("50:10")})

    def admitted(now: float) -> int:
        return sum(quotas.admit("1", "GetTables", named_only=False, now=now) for _ in range(100))

    assert admitted(0.0) == 10
    assert admitted(0.1) == 5
    assert admitted(60.0) == 10
    assert quotas.admit("2", "GetTables", named_only=False, now=60.0)


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("500", {"InternalServiceException"}),
        ("throttle", {"ThrottlingException"}),
        ("timeout", {"OperationTimeoutException"}),
        ("federation", {"FederationSourceRetryableException"}),
        ("reset", {"ConnectionClosedError"}),
        ("hang", {"ConnectionClosedError"}),
    ],
)
def test_each_kind_of_fault_reaches_the_client(
    tuned: Simulator, glue: Any, kind: str, seen: set[str]
) -> None:
    tuned.configure(faults=1, fault_kinds=[kind], fault_hang=0.05)
    assert attempt(glue.get_tables, DatabaseName=DATABASE) in seen
    assert tuned.stats()["operations"]["GetTables"]["faults"] == {kind: 1}


def test_a_truncated_answer_ends_before_its_length(tuned: Simulator) -> None:
    tuned.configure(faults=1, fault_kinds=["truncate"])
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        raw_call(tuned, "GetTables", {"DatabaseName": DATABASE})
    assert tuned.stats()["total"]["faults"] == {"truncate": 1}


def test_garbage_is_an_answer_that_is_no_json(tuned: Simulator, glue: Any) -> None:
    tuned.configure(faults=1, fault_kinds=["garbage"])
    assert "TableList" not in glue.get_tables(DatabaseName=DATABASE)
    answer = raw_call(tuned, "GetTables", {"DatabaseName": DATABASE})
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_hanging_call_outlasts_an_impatient_client(tuned: Simulator, clients: Any) -> None:
    tuned.configure(faults=1, fault_kinds="hang", fault_hang=30)
    client = clients(tuned, "glue", config={"read_timeout": 0.2})
    with pytest.raises(ReadTimeoutError):
        client.get_databases()


def test_a_reset_is_a_reset_on_the_wire(tuned: Simulator) -> None:
    tuned.configure(outage=60)
    host, _, port = urlsplit(tuned.url).netloc.partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    tuned.outage(0)


def test_faults_follow_from_the_seed() -> None:
    def fates(seed: int) -> list[Any]:
        plan = FaultPlan(seed)
        return [plan.draw("GetTables", 0.3, DEFAULT_FAULT_KINDS) for _ in range(2000)]

    assert fates(1) == fates(1)
    assert fates(1) != fates(2)
    hit = [fate for fate in fates(1) if fate]
    assert 500 < len(hit) < 700
    assert set(hit) == set(DEFAULT_FAULT_KINDS)


def test_a_reset_of_the_simulator_begins_the_faults_again(tuned: Simulator, glue: Any) -> None:
    tuned.configure(faults=0.5, fault_kinds=["500"])
    first = [attempt(glue.get_databases) for _ in range(12)]
    tuned.reset()
    assert [attempt(glue.get_databases) for _ in range(12)] == first
    assert len(set(first)) == 2


def test_an_outage_resets_connections_and_ends(tuned: Simulator, glue: Any) -> None:
    tuned.outage(60)
    with pytest.raises(ConnectionClosedError):
        glue.get_databases()
    tuned.outage(0)
    assert attempt(glue.get_databases) == "ok"
    assert tuned.stats()["total"]["faults"] == {"outage": 1}


def test_a_denial_names_who_what_and_where(tuned: Simulator, glue: Any) -> None:
    tuned.configure(deny=[f"GetTables:{DATABASE}", "GetJob:load-*"])
    with pytest.raises(ClientError) as error:
        glue.get_tables(DatabaseName=DATABASE)
    assert error.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": (
            "User: arn:aws:iam::123456789012:user/simulator is not authorized to perform: "
            f"glue:GetTables on resource: arn:aws:glue:eu-west-1:123456789012:database/{DATABASE} "
            "because no identity-based policy allows the glue:GetTables action"
        ),
    }
    assert attempt(glue.get_tables, DatabaseName="raw_marketing_0001") == "ok"
    assert attempt(glue.get_job, JobName="load-orders_0000") == "AccessDeniedException"
    assert attempt(glue.get_job, JobName="clean-orders_0001") == "ok"
    assert tuned.stats()["total"]["denied"] == 2


@pytest.mark.parametrize(
    ("call", "request_", "said"),
    [
        ("get_tables", {}, "databaseName"),
        ("get_tables", {"DatabaseName": 5}, "expected string, not integer"),
        ("get_tables", {"DatabaseName": ""}, "length greater than or equal to 1"),
        ("get_tables", {"DatabaseName": "d", "MaxResults": 0}, "greater than or equal to 1"),
        ("get_databases", {"ResourceShareType": "SOME"}, "enum value set"),
        ("get_databases", {"AttributesToGet": ["X"]}, r"attributesToGet\.1\.member"),
    ],
)
def test_requests_are_held_against_the_model(
    generated: Simulator, clients: Any, call: str, request_: dict[str, Any], said: str
) -> None:
    client = clients(generated, "glue", config={"parameter_validation": False})
    with pytest.raises(ClientError, match=said) as error:
        getattr(client, call)(**request_)
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_a_member_that_the_model_lacks_is_refused(generated: Simulator) -> None:
    answer = raw_call(generated, "GetTables", {"DatabaseName": "d", "Surprise": 1})
    assert answer.status_code == 400
    assert answer.json()["__type"] == "ValidationException"
    assert "Unknown member 'surprise'" in answer.json()["Message"]


def test_an_operation_that_is_not_simulated_says_so(glue: Any) -> None:
    assert attempt(glue.get_dev_endpoints) == "UnknownOperationException"


def test_a_held_call_is_answered_when_the_rule_is_gone(tuned: Simulator, glue: Any) -> None:
    tuned.configure(hold=[f"GetTables:{DATABASE}"])
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(glue.get_tables, DatabaseName=DATABASE)
        assert attempt(glue.get_tables, DatabaseName="raw_marketing_0001") == "ok"
        while not tuned.stats()["operations"]["GetTables"]["in_flight"]:
            time.sleep(0.01)
        tuned.delete_table(DATABASE, "orders_000000")
        assert not held.done()
        tuned.configure(hold=[])
        answer = held.result(timeout=60)
    assert "orders_000000" not in [table["Name"] for table in answer["TableList"]]
    tuned.add_table(DATABASE, "orders_000000")


def test_statistics_count_concurrency_and_seconds(tuned: Simulator, clients: Any) -> None:
    tuned.configure(latency=0.3)
    client = clients(tuned, "glue", config={"max_pool_connections": 6})
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: client.get_databases(), range(6)))
    counted = tuned.stats()["operations"]["GetDatabases"]
    assert counted["max_concurrency"] > 1
    assert counted["in_flight"] == 0
    assert sum(counted["per_second"].values()) == sum(counted["ok_per_second"].values()) == 6
    assert counted["first"] <= counted["last"] <= time.time()
    assert tuned.stats()["accounts"] == {"123456789012": 6}
    tuned.reset()
    assert tuned.stats()["operations"] == {}


def test_settings_that_make_no_sense_are_refused_as_a_whole(tuned: Simulator) -> None:
    before = tuned.settings()
    with pytest.raises(UsageError, match="'GetTabels' is no operation"):
        tuned.configure(latency=9, quota={"GetTabels": 5})
    with pytest.raises(UsageError, match="'latenci' is no setting"):
        tuned.configure(latenci=9)
    with pytest.raises(UsageError, match="outage is a number"):
        tuned.configure(outage="soon")
    assert tuned.settings() == before
