"""Builds to compare: this one, and that of another commit in an environment of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".bench-builds"
"""A folder for each commit, with its files and its environment; ``make clean`` removes it."""
PACKAGES = ("./producer[api]", "./worker[postgres,parquet,zstd,openlineage]")


@dataclass(frozen=True)
class Build:
    """An installed version of Glueline. Everything of it runs in its own interpreter."""

    name: str
    binaries: Path

    @property
    def python(self) -> str:
        """The interpreter."""
        return str(self.binaries / "python")

    @property
    def glueline(self) -> str:
        """The command."""
        return str(self.binaries / "glueline")


def this_build() -> Build:
    """Return the build of this checkout. Its environment has no tools of developers.

    With them installed, imports take longer: some libraries look for others, and for plugins.
    Raises CalledProcessError when it cannot be installed.
    """
    folder = CACHE / "this"
    ready, asked = folder / ".ready", _describe_packages()
    if not ready.exists() or ready.read_text() != asked:
        print("installing this build (once)", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        _install(folder / ".venv", *(word for package in PACKAGES for word in ("-e", package)))
        ready.write_text(asked)
    return Build("this build", folder / ".venv" / "bin")


def _describe_packages() -> str:
    """Return what an environment of this checkout depends on."""
    files = ("constraints.txt", "producer/pyproject.toml", "worker/pyproject.toml")
    return "\n".join((ROOT / name).read_text() for name in files)


def prepare_build(commit: str) -> Build:
    """Install the build of a commit, or find it installed already.

    Raises ValueError when there is no such commit, CalledProcessError when it cannot be installed.
    """
    full = _find_commit(commit)
    folder = CACHE / full
    binaries = folder / ".venv" / "bin"
    if not (folder / ".ready").exists():
        print(f"installing the build of {full[:12]} (once)", file=sys.stderr)
        _unpack(full, folder)
        _install(folder / ".venv", *PACKAGES, root=folder)
        (folder / ".ready").touch()
    return Build(full[:8], binaries)


def _find_commit(commit: str) -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise ValueError(f"there is no commit {commit!r} here")
    return found.stdout.strip()


def _unpack(commit: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryFile() as archive:
        subprocess.run(["git", "archive", commit], cwd=ROOT, stdout=archive, check=True)
        archive.seek(0)
        subprocess.run(["tar", "-x"], cwd=folder, stdin=archive, check=True)


def _install(environment: Path, *packages: str, root: Path = ROOT) -> None:
    """Make an environment with packages; their paths and constraints are those below ``root``."""
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [environment / "bin/python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "install", *packages],
        cwd=root,
        env={**os.environ, "PIP_CONSTRAINT": "constraints.txt"},
        check=True,
    )
