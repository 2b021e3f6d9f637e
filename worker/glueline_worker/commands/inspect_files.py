"""Find the files of jobs below folders, and read a file without surprises."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from glueline.contract.errors import UsageError

MOST_BYTES = 64 * 1024 * 1024
"""The size of the largest file that is read."""
_ENDINGS = frozenset({".py", ".scala", ".sc", ".ipynb", ".zpln", ".sql", ".json"})
_FOREIGN = frozenset({"__pycache__", "node_modules", "site-packages", "venv", "target"})
"""Folders of other people's code, and of what tools make."""
_MARKS_OF_JOBS = (b"Command", b"command", b"CodeGenConfigurationNodes", b"dag", b"paragraphs")
"""One of these words stands in the JSON of a job or notebook; other JSON is passed over."""


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield files, and the scripts and job definitions below folders, each once, sorted by folder.

    Hidden folders, environments of Python, and folders that are symbolic links are passed over.
    """
    seen: set[Path] = set()
    for path in paths:
        for file in _walk(path) if path.is_dir() else [path]:
            resolved = _resolve(file)
            if resolved not in seen:
                seen.add(resolved)
                yield file


def read_regular_file(file: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the content of a regular file of ``most_bytes`` at most; raises UsageError."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe would wait for its writer for ever
            kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no regular file"
            raise UsageError(f"{file} cannot be read: it is {kind}")
        if found.st_size > most_bytes:
            raise UsageError(f"{file} is larger than {most_bytes:,} bytes")
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError as error:  # a NUL in the name
        raise UsageError(f"{str(file)!r} cannot be read: {error}") from None


def _walk(folder: Path) -> Iterator[Path]:
    for found, folders, names in os.walk(folder):
        here = Path(found)
        folders[:] = sorted(name for name in folders if _is_own(here / name))
        for name in sorted(names):
            file = here / name
            if file.suffix.lower() in _ENDINGS and not name.startswith(".") and _is_job(file):
                yield file


def _is_own(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name in _FOREIGN:
        return False
    return not (folder / "pyvenv.cfg").exists()


def _is_job(file: Path) -> bool:
    """Tell whether a file of a folder is worth a line: JSON is of jobs, or of anything else."""
    if file.suffix.lower() != ".json":
        return True
    try:
        data = read_regular_file(file)
    except UsageError:
        return True  # it will get its line, with the reason
    return any(mark in data for mark in _MARKS_OF_JOBS)


def _resolve(file: Path) -> Path:
    try:
        return file.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links
        return file
