"""Write ``requirements-image.txt``: the packages of the image, with the hash of each file.

``python deploy/image_requirements.py`` asks pip which files it would install for the image's
Python and platforms, with the versions of ``constraints.txt``. No file is installed.
"""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "requirements-image.txt"
PYTHON = "3.12"
ARCHITECTURES = ("x86_64", "aarch64")
GLIBC = 36
"""The minor version of glibc 2 in the image: pip takes the newest wheel that this glibc loads."""
PROJECTS = {"producer": ("api", "otel"), "worker": ("postgres", "flower", "otel")}
LOCAL = ("PIP_CONSTRAINT", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL")
HEADER = """\
# The packages of the image, with the hashes of their files for Linux on x86-64 and ARM64.
# Written by `make image-requirements`; the versions come from constraints.txt.
"""


def read_requirements(root: Path = ROOT) -> list[str]:
    """Return what the projects and their builds require, without the projects themselves."""
    found: set[str] = set()
    for name, extras in PROJECTS.items():
        project = tomllib.loads((root / name / "pyproject.toml").read_text())
        found |= set(project["build-system"]["requires"])
        found |= set(project["project"]["dependencies"])
        optional = project["project"]["optional-dependencies"]
        found |= {one for extra in extras for one in optional[extra]}
    return sorted(one for one in found if not one.startswith("glueline"))


def resolve(architecture: str) -> dict[str, Any]:
    """Return the report of pip: the files that it would install on this architecture."""
    tags = [f"manylinux_2_{number}_{architecture}" for number in range(GLIBC, 4, -1)]
    tags += [f"{old}_{architecture}" for old in ("manylinux2014", "manylinux2010", "manylinux1")]
    platforms = [word for tag in tags for word in ("--platform", tag)]
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "report.json"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(  # noqa: S603 - no input from outside
            [
                *pip,
                *("--dry-run", "--ignore-installed", "--only-binary=:all:", "--target", folder),
                *("--python-version", PYTHON, "--implementation", "cp", *platforms),
                *("--report", str(answer), "--constraint", str(ROOT / "constraints.txt")),
                *read_requirements(),
            ],
            check=True,
            # Local files would have hashes that no other machine can find.
            env={name: value for name, value in os.environ.items() if name not in LOCAL},
        )
        found: dict[str, Any] = json.loads(answer.read_text())
        return found


def main() -> None:
    """Write the file again."""
    hashes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for architecture in ARCHITECTURES:
        for one in resolve(architecture)["install"]:
            name = one["metadata"]["name"], one["metadata"]["version"]
            hashes[name].add(one["download_info"]["archive_info"]["hashes"]["sha256"])
    lines = [
        " \\\n".join([f"{name}=={version}", *(f"    --hash=sha256:{it}" for it in sorted(found))])
        for (name, version), found in sorted(hashes.items(), key=lambda item: item[0][0].lower())
    ]
    TARGET.write_text(HEADER + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
