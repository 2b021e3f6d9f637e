"""The Kubernetes manifests are valid, and fit the program that they run."""

from typing import Any

import pytest
import yaml
from tests.acceptance.deploy.manifests import (
    KUBERNETES,
    Manifest,
    documents,
    everything,
    pods,
    resources,
)

from glueline.api.auth.authentication import _OPEN_PATH
from glueline.cli import build_group
from glueline.ledger import Keys
from glueline.settings.api import ApiSettings
from glueline.settings.events import EventSettings
from glueline.settings.settings import Settings
from glueline.settings.worker import WorkerSettings

kubernetes_validate = pytest.importorskip("kubernetes_validate")
BUILT_IN = [one for one in everything() if "keda.sh" not in one["apiVersion"]]
OTHERS = [one for one in everything() if one not in BUILT_IN]


def called(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


@pytest.mark.parametrize("manifest", BUILT_IN, ids=called)
def test_a_manifest_fits_its_schema(manifest: Manifest):
    kubernetes_validate.validate(manifest, "1.34", strict=True)


def test_the_schemas_refuse_what_is_misspelt():
    (worker,) = [one for one in BUILT_IN if called(one) == "Deployment/worker"]
    broken = yaml.safe_load(yaml.safe_dump(worker))
    broken["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, "1.34", strict=True)


def test_every_file_is_named_and_every_name_is_a_file():
    for folder in (KUBERNETES, KUBERNETES / "api", KUBERNETES / "events"):
        (kustomization,) = documents(folder / "kustomization.yaml")
        files = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
        assert set(kustomization["resources"]) == files
    names = [called(one) for one in everything() if one["kind"] != "NetworkPolicy"]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", pods())
def test_pods_can_do_little(name: str):
    pod = pods()[name]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        secured = container["securityContext"]
        assert secured["readOnlyRootFilesystem"] is True
        assert secured["allowPrivilegeEscalation"] is False
        assert secured["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
        assert container["livenessProbe"]


def test_only_pods_that_call_aws_get_its_role_and_reach_where_credentials_are():
    accounts = {name: pod["serviceAccountName"] for name, pod in pods().items()}
    assert accounts == {
        "worker": "glueline",
        "events": "glueline",
        "scheduler": "glueline-without-aws",
        "api": "glueline-without-aws",
    }
    declared = [one for one in everything() if one["kind"] == "ServiceAccount"]
    assert {one["metadata"]["name"] for one in declared} == set(accounts.values())
    assert all(one["automountServiceAccountToken"] is False for one in declared)
    policies = [one["spec"] for one in everything() if one["kind"] == "NetworkPolicy"]
    (calling,) = [one for one in policies if "169.254.169.254" in str(one)]
    (rule,) = calling["podSelector"]["matchExpressions"]
    assert rule == {"key": "part", "operator": "In", "values": ["worker", "events"]}


def variables(container: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("value") for one in container["env"]}


@pytest.mark.parametrize("name", pods())
def test_variables_are_settings_and_secrets_are_references(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    container = pods()[name]["containers"][0]
    for one in container["env"]:
        is_secret = one["name"] in {
            "GLUELINE_REDIS_URL",
            "GLUELINE_SINKS",
            "GLUELINE_API__TOKENS",
        }
        assert ("valueFrom" in one) == is_secret
    for variable, value in variables(container).items():
        if value is not None and variable != "GLUELINE_CONFIG":
            monkeypatch.setenv(variable, value)
    parts = {
        "": Settings,
        "WORKER__": WorkerSettings,
        "API__": ApiSettings,
        "EVENTS__": EventSettings,
    }
    known = {
        f"GLUELINE_{part}{field.upper()}"
        for part, settings in parts.items()
        for field in settings.model_fields
    }
    assert variables(container).keys() - {"GLUELINE_CONFIG"} <= known
    Settings()


@pytest.mark.parametrize("name", pods())
def test_commands_exist(name: str):
    program, *words = pods()[name]["containers"][0]["args"]
    assert program == "glueline"
    command: Any = build_group().load_all()
    for word in words:
        if word.startswith("-") or not hasattr(command, "commands"):
            break
        if word == "api" and word not in command.commands:
            pytest.skip("this installation has no HTTP API")
        command = command.commands[word]


def test_the_worker_has_time_to_drain_and_probes_on_the_port_of_its_metrics():
    pod = pods()["worker"]
    (container,) = pod["containers"]
    settings = variables(container)
    assert pod["terminationGracePeriodSeconds"] > int(settings["GLUELINE_WORKER__GRACE"]) + 5
    (port,) = container["ports"]
    assert str(port["containerPort"]) == settings["GLUELINE_WORKER__METRICS_PORT"]
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": port["name"]}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": port["name"]}


def test_the_scheduler_is_alone_and_its_probe_looks_at_its_heartbeat():
    (scheduler,) = [one for one in resources() if called(one) == "Deployment/scheduler"]
    assert scheduler["spec"]["replicas"] == 1
    assert scheduler["spec"]["strategy"] == {"type": "Recreate"}
    (container,) = pods()["scheduler"]["containers"]
    assert variables(container)["GLUELINE_HEARTBEAT_FILE"].startswith("/tmp/")
    assert container["livenessProbe"]["exec"]["command"][:2] == ["glueline", "health"]


def test_the_api_is_ready_when_its_heartbeat_says_so_and_needs_no_open_path_for_it():
    (container,) = pods()["api"]["containers"]
    assert variables(container)["GLUELINE_HEARTBEAT_FILE"].startswith("/tmp/")
    assert container["readinessProbe"]["exec"]["command"][:2] == ["glueline", "health"]
    assert container["livenessProbe"]["httpGet"]["path"] == _OPEN_PATH


def test_every_secret_is_one_that_the_page_makes():
    page = (KUBERNETES.parents[1] / "docs" / "guides" / "containers.md").read_text()
    keys = {
        one["valueFrom"]["secretKeyRef"]["key"]
        for pod in pods().values()
        for one in pod["containers"][0]["env"]
        if "valueFrom" in one
    }
    assert keys == {"redis-url", "sinks", "api-tokens"}
    for key in keys:
        assert f"--from-literal={key}=" in page


def test_keda_looks_at_the_queue_and_knows_the_worker():
    found = {called(one): one for one in OTHERS}
    scaled = found["ScaledObject/worker"]["spec"]
    assert scaled["scaleTargetRef"]["name"] in pods()
    assert 1 <= scaled["minReplicaCount"] < scaled["maxReplicaCount"]
    (trigger,) = scaled["triggers"]
    assert trigger["metadata"]["listName"] == Keys(Settings().key_prefix).queue
    assert f"TriggerAuthentication/{trigger['authenticationRef']['name']}" in found


def test_references_lead_somewhere():
    selectors = [one["spec"].get("selector") for one in everything() if "spec" in one]
    labels = [
        one["spec"]["template"]["metadata"]["labels"]
        for one in everything()
        if one["kind"] == "Deployment"
    ]
    for selector in filter(None, selectors):
        wanted = selector.get("matchLabels", selector)
        assert any(wanted.items() <= found.items() for found in labels)
    maps = {one["metadata"]["name"] for one in everything() if one["kind"] == "ConfigMap"}
    for pod in pods().values():
        volumes = {volume["name"] for volume in pod["volumes"]}
        assert {mount["name"] for mount in pod["containers"][0]["volumeMounts"]} == volumes
        assert {v["configMap"]["name"] for v in pod["volumes"] if "configMap" in v} <= maps
