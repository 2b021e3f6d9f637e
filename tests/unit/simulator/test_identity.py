"""Callers, roles and sessions."""

from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from glueline_simulator import Simulator

ROLE = "arn:aws:iam::210987654321:role/glueline-reader"


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def session_clients(sim: Simulator, clients: Any, **role: Any) -> Any:
    answer = clients(sim, "sts").assume_role(RoleSessionName="test", **role)
    given = answer["Credentials"]

    def make(service: str) -> Any:
        return clients(
            sim,
            service,
            given["AccessKeyId"],
            secret=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    return make


def test_an_assumed_role_sees_its_own_account(lakehouse: Simulator, clients: Any) -> None:
    make = session_clients(lakehouse, clients, RoleArn=ROLE, ExternalId="acme-1234")
    arn = make("sts").get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::210987654321:assumed-role/glueline-reader/test"
    assert make("glue").list_jobs()["JobNames"] == ["rate-suppliers"]
    assert make("glue").get_databases()["DatabaseList"][0]["Name"] == "purchasing"


@pytest.mark.parametrize(
    "role",
    [
        {"RoleArn": ROLE},
        {"RoleArn": ROLE, "ExternalId": "wrong"},
        {"RoleArn": "arn:aws:iam::123456789012:role/forbidden"},
        {"RoleArn": "arn:aws:iam::123456789012:role/unknown"},
    ],
)
def test_a_role_that_may_not_be_assumed_is_denied(
    lakehouse: Simulator, clients: Any, role: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole") as error:
        clients(lakehouse, "sts").assume_role(RoleSessionName="test", **role)
    assert code(error) == "AccessDenied"


def test_a_role_has_denials_of_its_own(lakehouse: Simulator, clients: Any) -> None:
    arn = "arn:aws:iam::210987654321:role/tables-only"
    client = session_clients(lakehouse, clients, RoleArn=arn)("glue")
    assert client.get_databases()["DatabaseList"]
    with pytest.raises(ClientError, match="assumed-role/tables-only/test is not authorized"):
        client.get_jobs()


def test_sessions_expire(tuned: Simulator, clients: Any) -> None:
    tuned.configure(session_seconds=1e-6)
    role = {"RoleArn": "arn:aws:iam::123456789012:role/any"}
    make = session_clients(tuned, clients, **role)
    with pytest.raises(ClientError) as error:
        make("glue").get_databases()
    assert code(error) == "ExpiredTokenException"
    with pytest.raises(ClientError) as error:
        make("s3").get_object(Bucket="b", Key="k")
    assert code(error) == "ExpiredToken"
    with pytest.raises(ClientError) as error:
        clients(tuned, "glue", "ASIANEVERISSUED").get_databases()
    assert code(error) == "ExpiredTokenException"


def test_sessions_can_be_ended_before_their_time(tuned: Simulator, clients: Any) -> None:
    role = {"RoleArn": "arn:aws:iam::123456789012:role/any"}
    make = session_clients(tuned, clients, **role)
    assert make("glue").get_databases()["DatabaseList"]
    tuned.expire_sessions()
    with pytest.raises(ClientError) as error:
        make("glue").get_databases()
    assert code(error) == "ExpiredTokenException"


def test_only_accepted_keys_are_known(tuned: Simulator, clients: Any) -> None:
    tuned.configure(accept_keys=["AKIAGOOD,AKIAFINE"])
    assert clients(tuned, "glue", "AKIAFINE").get_databases()["DatabaseList"]
    for service, call, expected in (
        ("glue", lambda c: c.get_databases(), "UnrecognizedClientException"),
        ("s3", lambda c: c.get_object(Bucket="b", Key="k"), "InvalidAccessKeyId"),
        ("sts", lambda c: c.get_caller_identity(), "InvalidClientTokenId"),
    ):
        with pytest.raises(ClientError) as error:
            call(clients(tuned, service, "AKIABAD"))
        assert code(error) == expected


@pytest.mark.parametrize("seconds", ["899", "43201", "soon"])
def test_a_session_has_a_sensible_length(lakehouse: Simulator, clients: Any, seconds: str) -> None:
    body = {"Action": "AssumeRole", "RoleArn": ROLE, "RoleSessionName": "x"}
    auth = "AWS4-HMAC-SHA256 Credential=AKIA/20250101/eu-west-1/sts/aws4_request, Signature=0"
    answer = httpx.post(
        lakehouse.url, headers={"Authorization": auth}, data={**body, "DurationSeconds": seconds}
    )
    assert answer.status_code == 400
    assert "<Code>ValidationError</Code>" in answer.text


def test_an_unsigned_request_is_refused(generated: Simulator) -> None:
    headers = {"X-Amz-Target": "AWSGlue.GetDatabases"}
    answer = httpx.post(generated.url, headers=headers, content=b"{}")
    assert answer.status_code == 400
    assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert answer.json()["__type"] == "MissingAuthenticationTokenException"


def test_an_access_key_can_stand_for_another_account(clients: Any) -> None:
    catalogue = {
        "account": "111111111111",
        "accounts": {"222222222222": {"databases": {"theirs": None}}},
        "keys": {"AKIATHEIRS": {"account": "222222222222", "deny": ["GetJobs"]}},
    }
    with Simulator(catalogue=catalogue) as sim:
        client = clients(sim, "glue", "AKIATHEIRS")
        assert client.get_databases()["DatabaseList"][0]["Name"] == "theirs"
        with pytest.raises(ClientError):
            client.get_jobs()
        assert not clients(sim, "glue").get_databases()["DatabaseList"]
