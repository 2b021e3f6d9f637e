"""What a file sink keeps for later runs: all of it belongs to a manifest, and none of it misleads."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.chaos.stage import Failed

from glueline.contract.records import LineageRecord, parse_record


def check_index(root: Path) -> set[Path]:
    """The files below ``index/``, each of which a run with a manifest has left, and is true."""
    folder = root / "index"
    runs = {path.stem: _objects(path) for path in (root / "runs").glob("*.json")}
    newest = set(folder.glob("newest-*.json"))
    for path in newest:
        if (run_id := json.loads(path.read_text())["run_id"]) not in runs:
            raise Failed(f"{path.name} leads to the run {run_id}, which has no manifest")
    indexes = set[Path]()
    for run_id, objects in runs.items():
        for path in (folder / f"run={run_id}").glob("*.json"):
            _check(root, path, objects)
            indexes.add(path)
        shared = folder / f"run={run_id}" / "units.db"
        if shared.exists():
            _check_shared(root, shared, objects)
            indexes.add(shared)
    return newest | indexes | set(folder.glob("source-*.json"))


def _objects(manifest: Path) -> dict[str, dict[str, Any]]:
    return {thing["path"]: thing for thing in json.loads(manifest.read_text())["objects"]}


def _check(root: Path, path: Path, listed: dict[str, dict[str, Any]]) -> None:
    """The objects are in the manifest, and each part's lines are those of the part."""
    index = json.loads(path.read_text())
    for kind, thing in index["objects"].items():
        if thing["path"] not in listed:
            raise Failed(f"{path} is about {thing['path']}, which its manifest does not list")
        place = root / thing["path"]
        stat = place.stat()
        if (stat.st_size, stat.st_mtime_ns) != (thing["bytes"], thing["modified_ns"]):
            continue  # another attempt has replaced the object: the index counts for nothing
        content = place.read_bytes()
        _check_parts(index["parts"], kind, content, path)


def _check_shared(root: Path, path: Path, listed: dict[str, dict[str, Any]]) -> None:
    """Each byte of the objects belongs to one unit, and each part's lines are those of the part."""
    ends = dict[str, int]()
    with closing(sqlite3.connect(path)) as index:
        for where, kind, first, behind, parts in index.execute(LINES):
            if where not in listed:
                raise Failed(f"{path} is about {where}, which its manifest does not list")
            if ends.get(where, 0) != first:
                raise Failed(f"{path}: {where} has lines of two units or of none at byte {first}")
            ends[where] = behind
            content = (root / where).read_bytes()[first:behind]
            _check_parts(json.loads(parts), kind, content, path)
    for where, end in ends.items():
        if listed[where]["bytes"] != end:
            raise Failed(f"{path}: the end of {where} belongs to no unit")


LINES = """
SELECT path, kind, first, behind, parts FROM lines
JOIN objects ON lines.object = objects.id JOIN units ON lines.unit = units.id
ORDER BY path, first
"""


def _check_parts(parts: dict[str, Any], kind: str, content: bytes, path: Path) -> None:
    for key, part in parts.items():
        for _, start, end, count in (span for span in part["spans"] if span[0] == kind):
            _check_lines(content[start:end], key, kind, count, path)


def _check_lines(lines: bytes, key: str, kind: str, count: int, path: Path) -> None:
    if not lines.endswith(b"\n") or lines.count(b"\n") != count:
        raise Failed(f"{path}: the span of {key} is not {count} lines of {kind}")
    for record in map(parse_record, lines.splitlines()):
        if isinstance(record, LineageRecord):
            is_own = record.process.split("/")[1:] == key.split("/")[4:]
        else:
            is_own = record.key == key
        if not is_own:
            raise Failed(f"{path}: the span of {key} holds {record.key}")
