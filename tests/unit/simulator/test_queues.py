"""The simulated SQS, asked by AWS's own client, and the events of a changed catalogue."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from glueline_simulator import Simulator

Simulate = Callable[..., Simulator]


def sqs(sim: Simulator, **options: Any) -> Any:
    return boto3.client(
        "sqs",
        endpoint_url=sim.url,
        region_name="eu-west-1",
        config=Config(retries={"total_max_attempts": 1}, **options),
    )


@pytest.fixture(scope="module")
def shared() -> Any:
    with Simulator(databases=1, tables=1, jobs=0) as sim:
        yield sim


def test_a_message_is_sent_received_and_deleted(shared: Simulator):
    client = sqs(shared)
    url = client.create_queue(QueueName="a")["QueueUrl"]
    assert client.get_queue_url(QueueName="a")["QueueUrl"] == url
    client.send_message(QueueUrl=url, MessageBody="one")
    client.send_message_batch(
        QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": f"{n}"} for n in range(2)]
    )
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in found] == ["one", "0", "1"]
    assert "Messages" not in client.receive_message(QueueUrl=url)
    entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(found)]
    client.delete_message_batch(QueueUrl=url, Entries=entries[1:])
    client.delete_message(QueueUrl=url, ReceiptHandle=entries[0]["ReceiptHandle"])
    assert shared.queue("a") == {"visible": 0, "messages": 0, "received": 0}


def test_a_message_that_is_not_deleted_comes_again_under_another_handle(shared: Simulator):
    client = sqs(shared)
    shared.send("b", "x")
    url = client.get_queue_url(QueueName="b")["QueueUrl"]
    names = ["ApproximateReceiveCount"]
    (first,) = client.receive_message(QueueUrl=url, MessageSystemAttributeNames=names)["Messages"]
    handle = first["ReceiptHandle"]
    client.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    (again,) = client.receive_message(QueueUrl=url, MessageSystemAttributeNames=names)["Messages"]
    assert again["MessageId"] == first["MessageId"]
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    client.delete_message(QueueUrl=url, ReceiptHandle=handle)  # too old: nothing happens
    assert shared.queue("b")["messages"] == 1
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "1"
    client.purge_queue(QueueUrl=url)
    assert shared.queue("b")["messages"] == 0


def test_a_long_poll_ends_when_a_message_comes_back(shared: Simulator):
    client = sqs(shared)
    shared.send("c", "x")
    url = client.get_queue_url(QueueName="c")["QueueUrl"]
    client.receive_message(QueueUrl=url, VisibilityTimeout=1)
    found = client.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    assert [message["Body"] for message in found["Messages"]] == ["x"]


def test_who_has_gone_receives_nothing(shared: Simulator):
    client = sqs(shared)
    impatient = sqs(shared, read_timeout=0.3)
    url = client.create_queue(QueueName="d")["QueueUrl"]
    with pytest.raises(ReadTimeoutError):
        impatient.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    shared.send("d", "x")
    found = client.receive_message(QueueUrl=url)
    assert [message["Body"] for message in found["Messages"]] == ["x"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, "AWS.SimpleQueueService.NonExistentQueue"),
        ({"deny": ["ReceiveMessage:gone"]}, "AccessDenied"),
        ({"quota": {"ReceiveMessage": "0.001:1"}}, "ThrottlingException"),
        ({"faults": 1, "fault_kinds": ["500"]}, "InternalServiceException"),
    ],
)
def test_errors_and_faults_are_those_of_the_other_services(
    simulator: Simulate, settings: dict[str, Any], code: str
):
    client = sqs(simulator(databases=0, jobs=0, **settings))
    codes = set()
    for _ in range(2):
        with pytest.raises(ClientError) as failed:
            client.receive_message(QueueUrl="https://sqs.x.amazonaws.com/1/gone")
        codes.add(failed.value.response["Error"]["Code"])
    assert code in codes


def test_what_changes_in_mid_run_is_told_of_as_eventbridge_does(simulator: Simulate):
    sim = simulator(databases=1, tables=1, jobs=0, events="glue")
    sim.add_database("sales")
    sim.add_table("sales", "Orders", columns={"id": "bigint"})
    sim.add_table("sales", "orders", columns={"id": "string"})
    sim.delete_table("sales", "orders")
    sim.delete_database("sales")
    client = sqs(sim)
    url = client.get_queue_url(QueueName="glue")["QueueUrl"]
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    events = [json.loads(message["Body"]) for message in found]
    assert [event["detail"]["typeOfChange"] for event in events] == [
        "CreateDatabase",
        "CreateTable",
        "UpdateTable",
        "DeleteTable",
        "DeleteDatabase",
    ]
    assert events[1]["detail"]["changedTables"] == ["orders"]
    assert events[2]["detail"]["tableName"] == "orders"
    assert {(event["account"], event["region"]) for event in events} == {
        ("123456789012", "eu-west-1")
    }
    sim.configure(events=None)
    sim.add_database("quiet")
    assert sim.queue("glue")["messages"] == 5
