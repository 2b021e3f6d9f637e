"""The overlay of docs/guides/containers.md, put together by kustomize."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.acceptance.docs.pages import ROOT, blocks

PAGE = ROOT / "docs" / "guides" / "containers.md"
KUBECTL = shutil.which("kubectl")


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
def test_the_overlay_reaches_everything_of_the_base(tmp_path: Path) -> None:
    (overlay,) = (block.text for block in blocks(PAGE, "yaml") if "Kustomization" in block.text)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    (tmp_path / "overlay").mkdir()
    (tmp_path / "overlay" / "kustomization.yaml").write_text(overlay)
    put_together = subprocess.run(
        ["kubectl", "kustomize", "overlay"], cwd=tmp_path, capture_output=True, check=False
    )
    assert put_together.returncode == 0, put_together.stderr.decode()
    found = list(yaml.safe_load_all(put_together.stdout))
    spaces = {one["metadata"].get("namespace") for one in found if one["kind"] != "Namespace"}
    assert spaces == {"glueline"}
    pods = {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]["containers"][0]["image"]
        for one in found
        if one["kind"] == "Deployment"
    }
    assert pods == dict.fromkeys(
        ("api", "scheduler", "worker"), "registry.example.com/glueline:0.1.0"
    )
    by_kind = {one["kind"]: one for one in found}
    assert "sources.production" in by_kind["ConfigMap"]["data"]["glueline.toml"]
    accounts = {
        one["metadata"]["name"]: one["metadata"].get("annotations")
        for one in found
        if one["kind"] == "ServiceAccount"
    }
    assert accounts["glueline"]
    assert not accounts["glueline-without-aws"]
