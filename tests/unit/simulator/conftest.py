"""Simulators in processes of their own, and AWS clients that talk to them."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from glueline_simulator import Simulator

Clients = Callable[..., Any]


@pytest.fixture
def clients() -> Iterator[Clients]:
    """``clients(sim, "glue")``: a client without retries, closed after the test."""
    made: list[Any] = []

    def make(sim: Simulator, service: str, key: str = "AKIATEST", **options: Any) -> Any:
        config = {"retries": {"max_attempts": 0}, "read_timeout": 10, "connect_timeout": 5}
        config |= {"s3": {"addressing_style": "path"}} | options.pop("config", {})
        client = boto3.client(
            service,
            endpoint_url=sim.url,
            region_name="eu-west-1",
            aws_access_key_id=key,
            aws_secret_access_key=options.pop("secret", "secret"),
            config=Config(**config),
            **options,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture(scope="module")
def generated() -> Iterator[Simulator]:
    """A generated catalogue; tests that change settings put them back."""
    with Simulator(databases=3, tables=230, columns=6, partitions=55, jobs=30) as sim:
        yield sim


@pytest.fixture(scope="module")
def lakehouse() -> Iterator[Simulator]:
    """The sample lakehouse."""
    with Simulator(sample=True) as sim:
        yield sim


@pytest.fixture
def glue(generated: Simulator, clients: Clients) -> Any:
    """Glue of the generated catalogue."""
    return clients(generated, "glue")


@pytest.fixture
def tuned(generated: Simulator) -> Iterator[Simulator]:
    """The generated simulator, whose settings are put back after the test."""
    before = generated.settings()
    generated.reset()
    yield generated
    generated.configure(**before)
    generated.reset()


@pytest.fixture
def s3(generated: Simulator, clients: Clients) -> Any:
    """S3 of the generated catalogue."""
    return clients(generated, "s3")
