"""botocore's data without its unused parts: what is left is as botocore has it."""

from typing import Any

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from glueline_worker.aws.iam_actions import PERMISSIONS
from glueline_worker.aws.sessions.service_models import USED_SERVICES, UsedDataLoader


def drop_documentation(node: Any) -> Any:
    if isinstance(node, list):
        return [drop_documentation(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: drop_documentation(value)
        for key, value in node.items()
        if not (key == "documentation" and isinstance(value, str))
    }


def find_references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(find_references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["shape"]} if isinstance(node.get("shape"), str) else set()
    return own.union(*map(find_references, node.values()))


@pytest.mark.parametrize("service", sorted(USED_SERVICES - {"kms"}))
def test_used_operations_and_their_shapes_are_unchanged(service: str) -> None:
    full = drop_documentation(Loader().load_service_model(service, "service-2"))
    kept = UsedDataLoader([]).load_service_model(service, "service-2")
    is_json = full["metadata"]["protocol"] == "json"
    used = {
        operation
        for permission in PERMISSIONS
        if permission.action.startswith(f"{service}:")
        for operation in permission.operations
    }
    assert used <= kept["operations"].keys() <= full["operations"].keys()
    for name, operation in kept["operations"].items():
        assert operation == full["operations"][name]
    answers = {operation["output"]["shape"] for operation in kept["operations"].values()}
    for name in find_references([kept["operations"], kept["shapes"]]):
        is_unread = is_json and name in answers
        empty = {"type": "structure", "members": {}}
        assert kept["shapes"][name] == (empty if is_unread else full["shapes"][name])
    rest = {"operations", "shapes", "documentation"}
    assert drop_documentation({k: v for k, v in kept.items() if k not in rest}) == {
        k: v for k, v in full.items() if k not in rest
    }
    assert kept["shapes"].keys() < full["shapes"].keys()


def test_used_endpoints_are_unchanged() -> None:
    full, kept = Loader().load_data("endpoints"), UsedDataLoader([]).load_data("endpoints")
    for partition in full["partitions"]:
        services = partition["services"]
        partition["services"] = {k: v for k, v in services.items() if k in USED_SERVICES}
    assert kept == full


def test_other_data_is_botocores() -> None:
    loader = UsedDataLoader([])
    for service, kind in (("sso", "service-2"), ("s3", "endpoint-rule-set-1")):
        assert loader.load_service_model(service, kind) == Loader().load_service_model(
            service, kind
        )
    with pytest.raises(UnknownServiceError, match="nothing"):
        loader.load_service_model("nothing", "service-2")
