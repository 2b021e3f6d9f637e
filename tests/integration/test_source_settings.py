"""What a source's settings do to real runs."""

import json
from collections.abc import Callable

import pytest
import redis
from tests.support.system import System, eventually

from glueline import Filters, Globs
from glueline.settings.sources import Source
from glueline_simulator import Simulator

Simulate, Start = Callable[..., Simulator], Callable[..., System]
LAKE = Source.model_validate(
    {
        "filters": {
            "databases": {"allow": ["sales*", "finance"]},
            "tables": {"deny": ["*_old"]},
            "jobs": {"allow": ["load-*"]},
        }
    }
)


def test_a_run_reads_what_its_source_and_its_request_admit(
    simulator: Simulate, system: Start
) -> None:
    sim = simulator(sample=True)
    running = system(sim, sources={"lake": LAKE})
    filters = Filters(databases=Globs(allow=("s*", "raw")))
    accepted = running.producer.enqueue_catalog(source="lake", filters=filters)
    run = running.producer.wait(accepted.run_id, timeout=60)
    records = running.records(run.run_id)
    found = {
        kind: {r["name"] for r in records if r["kind"] == kind} for kind in ("database", "job")
    }
    assert found["database"] == {"sales"}
    assert found["job"]
    assert all(name.startswith("load-") for name in found["job"])


@pytest.mark.parametrize("kind", ["database", "job"])
def test_what_the_source_leaves_out_fails_with_a_sentence_and_without_a_call(
    kind: str, simulator: Simulate, system: Start
) -> None:
    sim = simulator(sample=True)
    running = system(sim, sources={"lake": LAKE})
    enqueue = getattr(running.producer, f"enqueue_{kind}")
    run = running.producer.wait(enqueue("raw", source="lake").run_id, timeout=60)
    assert run.state.value == "failed"
    (failure,) = running.producer.failures(run.run_id)
    assert f"the source 'lake' leaves out the {kind} 'raw'" in failure.message
    assert failure.attempts == 1
    assert sim.stats()["operations"] == {}


KEYS = {"access_key": "secretsmanager:reader#id", "secret_key": "secretsmanager:reader#secret"}
OLD, NEW = "AKIAOLD0PLANTED00000", "AKIANEW0PLANTED00000"
HERE = "AKIATESTTESTTESTTEST"
"""The key of the workers themselves."""


def kept(key: str) -> dict[str, str]:
    return {"reader": json.dumps({"id": key, "secret": f"{key}/secret-0planted"})}


def test_a_run_survives_that_its_keys_are_rotated_and_tells_nobody_of_them(
    simulator: Simulate, system: Start, client: redis.Redis
) -> None:
    sim = simulator(
        sample=True, secrets=kept(OLD), accept_keys=[HERE, OLD], hold=["GetTables", "GetJob"]
    )
    running = system(sim, sources={"lake": Source.model_validate(KEYS)}, log_level="debug")
    accepted = running.producer.enqueue_catalog(source="lake")
    # Whichever come first: they take up all the worker's places.
    eventually(lambda: {"GetTables", "GetJob"} & sim.stats()["operations"].keys())
    sim.configure(secrets=kept(NEW), accept_keys=[HERE, NEW])
    sim.configure(hold=[])
    run = running.producer.wait(accepted.run_id, timeout=90)
    assert run.state.value == "succeeded", running.producer.failures(run.run_id)
    assert sim.stats()["operations"]["GetSecretValue"]["calls"] >= 2
    written = running.logs() + "".join(
        path.read_text() for path in running.folder.rglob("*.json*") if path.is_file()
    )
    # A key can expire between the two.
    dumps = filter(None, map(client.dump, client.keys("*")))
    everything = written + json.dumps([dump.hex() for dump in dumps])
    for secret in ("secret-0planted", OLD, NEW):
        assert secret not in everything
        assert secret.encode().hex() not in everything
