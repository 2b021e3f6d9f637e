"""Keys by reference, against the simulator: read, rotated, missing, and never told."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_simulator import Simulator
from glueline_worker.aws.errors import AwsCredentials, AwsExpired
from glueline_worker.aws.quota import LocalQuota
from glueline_worker.aws.sessions import secret_references
from glueline_worker.aws.sources import SourceConnections

SECRET = "0planted-secret"
Simulate = Callable[..., Simulator]


def sources(sim: Simulator, **declared: dict[str, Any]) -> SourceConnections:
    made = {
        name: Source.model_validate({"endpoint_url": sim.url, **fields})
        for name, fields in declared.items()
    }
    return SourceConnections(Settings(sources=made), LocalQuota(1000))


@pytest.mark.parametrize(
    ("access", "secret"),
    [
        ("env:THE_KEY", "file:{folder}/secret"),
        ("secretsmanager:glue/reader#key", "secretsmanager:glue/reader#secret"),
        ("ssm:/glue/key", "secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:s"),
    ],
)
async def test_keys_are_read_where_the_references_lead(
    access: str, secret: str, simulator: Simulate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    monkeypatch.setenv("THE_KEY", "AKIAREAD")
    kept = {
        "glue/reader": json.dumps({"key": "AKIAREAD", "secret": SECRET}),
        "/glue/key": "AKIAREAD",
        "s": SECRET,
    }
    sim = simulator(databases=1, secrets=kept, accept_keys=["AKIAREAD,AKIATESTTESTTESTTEST"])
    keys = {"access_key": access, "secret_key": secret.format(folder=tmp_path)}
    made = sources(sim, a=keys)
    try:
        connection = await made.connect("a")
        assert await connection.call("glue", "GetDatabases")
        sim.configure(accept_keys=["AKIATESTTESTTESTTEST"])
        with pytest.raises(AwsCredentials, match="UnrecognizedClient"):
            await connection.call("glue", "GetDatabases")
    finally:
        await made.close()


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:GONE", "the worker has no such variable"),
        ("file:/gone/secret", "No such file"),
        ("secretsmanager:gone", "cannot be read: GetSecretValue: ResourceNotFoundException"),
        ("ssm:gone", "cannot be read: GetParameter: ParameterNotFound"),
        ("secretsmanager:doc#gone", "is no JSON object with the text 'gone'"),
        ("secretsmanager:empty", "is empty"),
    ],
)
async def test_a_reference_that_leads_nowhere_is_named_without_what_was_read(
    reference: str, said: str, simulator: Simulate
) -> None:
    sim = simulator(databases=1, secrets={"doc": f'{{"x": "{SECRET}"}}', "empty": " "})
    made = sources(sim, a={"access_key": "env:AWS_ACCESS_KEY_ID", "secret_key": reference})
    try:
        with pytest.raises(AwsCredentials) as refused:
            await made.connect("a")
    finally:
        await made.close()
    assert reference.partition("#")[0] in str(refused.value)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


async def test_keys_that_were_rotated_are_read_again(
    simulator: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = simulator(
        databases=1,
        secrets={"k": json.dumps({"key": "AKIAOLD", "secret": "x"})},
        accept_keys=["AKIATESTTESTTESTTEST,AKIAOLD"],
    )
    keys = {"access_key": "secretsmanager:k#key", "secret_key": "secretsmanager:k#secret"}
    made = sources(sim, a=keys)
    try:
        connection = await made.connect("a")
        sim.configure(
            secrets={"k": json.dumps({"key": "AKIANEW", "secret": "y"})},
            accept_keys=["AKIATESTTESTTESTTEST,AKIANEW"],
        )
        said = await asyncio.gather(
            *(connection.call("glue", "GetDatabases") for _ in range(5)), return_exceptions=True
        )
        assert {type(error) for error in said} == {AwsExpired}
        made.refresh(connection)
        again = await made.connect("a")
        assert again is not connection
        assert await again.call("glue", "GetDatabases")
    finally:
        await made.close()
    reads = sim.stats()["operations"]["GetSecretValue"]["calls"]
    assert reads <= 2 + 5, reads


async def test_another_source_can_read_the_keys(simulator: Simulate) -> None:
    sim = simulator(
        databases=1,
        secrets={"key": "AKIAREAD", "secret": "x"},
        accept_keys=["AKIAKEEPER,AKIAREAD"],
    )
    made = sources(
        sim,
        a={"access_key": "ssm:key", "secret_key": "ssm:secret", "secrets_from": "keeper"},
        keeper={"access_key": "env:KEEPER", "secret_key": "env:KEEPER"},
    )
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KEEPER", "AKIAKEEPER")
            connection = await made.connect("a")
        assert connection.account == "123456789012"
    finally:
        await made.close()


async def test_keys_are_read_before_the_first_of_the_roles(simulator: Simulate) -> None:
    sim = simulator(
        databases=1, secrets={"key": "AKIAREAD"}, accept_keys=["AKIAREAD,AKIATESTTESTTESTTEST"]
    )
    role = {"arn": "arn:aws:iam::210987654321:role/reader"}
    made = sources(sim, a={"access_key": "ssm:key", "secret_key": "ssm:key", "roles": [role]})
    try:
        assert (await made.connect("a")).account == "210987654321"
    finally:
        await made.close()


def test_what_botocore_is_told_lets_it_read_again_soon() -> None:
    assert 15 * 60 < secret_references.KEY_LIFETIME.total_seconds() <= 60 * 60
