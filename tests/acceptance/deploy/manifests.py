"""The files of deploy/, read."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[3] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
Manifest = dict[str, Any]


@cache
def documents(path: Path) -> list[Manifest]:
    return [one for one in yaml.load_all(path.read_text(), yaml.CSafeLoader) if one]


def resources(folder: Path = KUBERNETES) -> list[Manifest]:
    """What ``kubectl kustomize`` puts together, before names of images and of the namespace."""
    (kustomization,) = documents(folder / "kustomization.yaml")
    return [one for name in kustomization["resources"] for one in documents(folder / name)]


def everything() -> list[Manifest]:
    parts = ("api", "events")
    return [*resources(), *(one for part in parts for one in resources(KUBERNETES / part))]


def pods() -> dict[str, Manifest]:
    """The pods' specs by the names of their Deployments."""
    return {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]
        for one in everything()
        if one["kind"] == "Deployment"
    }


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression of the alerts and of the dashboard, and where it stands."""
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    dashboard = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
