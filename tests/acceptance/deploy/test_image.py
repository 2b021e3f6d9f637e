"""What the image installs is listed with versions and hashes, and the list is current."""

import importlib.util
import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
LIST = (ROOT / "requirements-image.txt").read_text()
ENTRY = re.compile(r"^(\S+)==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)
PINNED = {canonicalize_name(name): version for name, version, _ in ENTRY.findall(LIST)}


def generator() -> Any:
    spec = importlib.util.spec_from_file_location(
        "image_requirements", ROOT / "deploy" / "image_requirements.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_line_is_a_version_with_hashes_and_no_address():
    assert re.sub(r"^#.*\n", "", ENTRY.sub("", LIST), flags=re.MULTILINE).strip() == ""
    assert "://" not in LIST
    assert "@" not in LIST


def test_versions_are_those_of_the_constraints():
    constraints = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text().split() if "==" in line
    )
    tested = {canonicalize_name(name): version for name, version in constraints.items()}
    assert {name: tested.get(name) for name in PINNED} == PINNED


def test_all_that_the_projects_need_is_listed():
    """`make image-requirements` writes the list anew."""
    module = generator()
    environment = {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": module.PYTHON,
        "python_full_version": f"{module.PYTHON}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "os_name": "posix",
    }
    waiting = [Requirement(text) for text in module.read_requirements()]
    seen: set[tuple[str, str]] = set()
    missing: set[str] = set()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        for extra in {"", *one.extras}:
            if one.marker and not one.marker.evaluate({**environment, "extra": ""}):
                continue
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            if name not in PINNED:
                missing.add(name)
            waiting += _needs(name, extra, environment)
    assert missing == set()
    assert "celery" in {name for name, _ in seen}


def _needs(name: str, extra: str, environment: dict[str, str]) -> list[Requirement]:
    try:
        texts = requires(name) or []
    except PackageNotFoundError:
        return []
    found = [Requirement(text) for text in texts]
    needed = [
        one
        for one in found
        if one.marker is None or one.marker.evaluate({**environment, "extra": extra})
    ]
    for one in needed:
        one.marker = None
    return needed


def test_the_build_checks_hashes_and_takes_nothing_else():
    steps = re.findall(r"^RUN pip install (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert len(steps) == 2
    assert {"--require-hashes", "requirements-image.txt"} <= set(steps[0].split())
    assert {"--no-deps", "--no-index", "--no-build-isolation"} <= set(steps[1].split())


def test_the_base_image_is_pinned_and_may_be_given_by_digest():
    text = (ROOT / "Dockerfile").read_text()
    (version,) = re.findall(r"^ARG PYTHON_IMAGE=python:([\d.]+)-slim-bookworm$", text, re.MULTILINE)
    assert version.startswith(f"{generator().PYTHON}.")
    assert "FROM ${PYTHON_IMAGE}" in text
