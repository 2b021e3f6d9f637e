"""The table of permissions is that of the calls: neither can drift from the other."""

from collections.abc import Callable

import pytest
from tests.support.system import System
from tests.unit.permissions.calls import known, made

from glueline.contract.messages import Options
from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_simulator.rules import GLUE_OPERATIONS, S3_OPERATIONS
from glueline_worker.aws.iam_actions import (
    DEFAULT_FEATURES,
    PERMISSIONS,
    QUOTA_OPERATIONS,
    Feature,
    find_permission,
)
from glueline_worker.permissions.policy_documents import make_principals
from glueline_worker.permissions.policy_resources import PolicyScope

WITHOUT_CALL = {"kms:Decrypt"}
"""S3 and Glue make it in the caller's name."""


def test_every_call_of_the_code_has_its_permission() -> None:
    assert made() >= {"GetTables", "GetObject", "HeadBucket", "GetSecretValue", "GetParameter"}
    assert {call for call in made() if find_permission(call) is None} == set()


def test_every_permission_has_a_call_in_the_code() -> None:
    calls = made()
    idle = {p.action for p in PERMISSIONS if not calls & set(p.operations)}
    assert idle == WITHOUT_CALL


def test_every_call_of_the_table_exists_and_belongs_to_its_service() -> None:
    services = known()
    for permission in PERMISSIONS:
        if permission.action not in WITHOUT_CALL:
            service = permission.action.partition(":")[0]
            assert {services[call] for call in permission.operations} == {service}
    assert len({p.action for p in PERMISSIONS}) == len(PERMISSIONS)


def allowed(features: frozenset[Feature]) -> set[str]:
    """The calls that the policy allows."""
    (reader,) = make_principals(PolicyScope(Settings().source("default")), features, "unused")
    actions = {a for statement in reader.policy["Statement"] for a in statement["Action"]}
    return {call for p in PERMISSIONS if p.action in actions for call in p.operations}


@pytest.mark.parametrize(
    ("features", "options"),
    [
        (DEFAULT_FEATURES | {Feature.PARTITIONS}, Options(partitions="all")),
        (DEFAULT_FEATURES, Options()),
        (frozenset({Feature.CATALOG, Feature.JOBS}), Options(lineage=False)),
    ],
)
def test_a_full_run_needs_what_the_policy_allows_and_nothing_else(
    features: frozenset[Feature],
    options: Options,
    simulator: Callable[..., Simulator],
    system: Callable[..., System],
) -> None:
    """All else is denied, so a run that succeeds without a warning of it needed nothing else."""
    sim = simulator(sample=True)
    denied = sorted((GLUE_OPERATIONS | S3_OPERATIONS) - allowed(features))
    sim.configure(deny=denied)
    running = system(sim)
    run = running.producer.wait(
        running.producer.enqueue_catalog(options=options).run_id, timeout=60
    )
    assert run.state.value == "succeeded"
    warnings = running.producer.warnings(run.run_id)
    assert [text for text in warnings if "AccessDenied" in text] == []
    called = set(sim.stats()["operations"])
    assert called <= allowed(features) | {"GetCallerIdentity"}
    assert called <= QUOTA_OPERATIONS


def test_each_feature_of_the_policy_is_needed(
    simulator: Callable[..., Simulator], system: Callable[..., System]
) -> None:
    """The policy without lineage denies what a run with lineage asks for."""
    sim = simulator(sample=True)
    features = frozenset({Feature.CATALOG, Feature.JOBS})
    sim.configure(deny=sorted((GLUE_OPERATIONS | S3_OPERATIONS) - allowed(features)))
    running = system(sim)
    run = running.producer.wait(running.producer.enqueue_catalog().run_id, timeout=60)
    assert any("AccessDenied" in str(w) for w in running.producer.warnings(run.run_id))
