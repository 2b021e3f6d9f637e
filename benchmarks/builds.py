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
PACKAGES = ("./producer[api]", "./worker[postgres]")


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
    """Return the build that these benchmarks are installed with."""
    return Build("this build", Path(sys.executable).parent)


def prepare_build(commit: str) -> Build:
    """Install the build of a commit, or find it installed already.

    Raises ValueError when there is no such commit, CalledProcessError when it cannot be installed.
    """
    full = _find_commit(commit)
    folder = CACHE / full
    binaries = folder / ".venv" / "bin"
    if not (folder / ".ready").exists():
        print(f"installing the build of {full[:12]} (once)", file=sys.stderr)
        _install(full, folder)
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


def _install(commit: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryFile() as archive:
        subprocess.run(["git", "archive", commit], cwd=ROOT, stdout=archive, check=True)
        archive.seek(0)
        subprocess.run(["tar", "-x"], cwd=folder, stdin=archive, check=True)
    subprocess.run([sys.executable, "-m", "venv", ".venv"], cwd=folder, check=True)
    pip = [".venv/bin/python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run(
        [*pip, *PACKAGES],
        cwd=folder,
        env={**os.environ, "PIP_CONSTRAINT": "constraints.txt"},
        check=True,
    )
