"""One system for all tests of a module that leave it as they found it: workers start slowly."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.conftest import FAKE_CREDENTIALS, quick_settings
from tests.support.system import System

from glueline import Producer
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis


@dataclass
class Service:
    """A worker that runs, and the AWS that it reads."""

    sim: Simulator
    system: System

    @property
    def producer(self) -> Producer:
        return self.system.producer


@pytest.fixture(scope="module")
def running_service(
    redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    settings = quick_settings(redis_server, f"{folder.name}:", folder)
    with Simulator(databases=4, tables=20, jobs=4) as sim:
        system = System(settings, sim.url, 1, folder, FAKE_CREDENTIALS)
        system.start()
        yield Service(sim, system)
        system.stop()


@pytest.fixture
def service(running_service: Service) -> Service:
    running_service.sim.configure(latency=0, deny=[])
    running_service.sim.reset()
    return running_service
