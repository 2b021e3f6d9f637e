"""What a file sink keeps for later runs: all of it belongs to a manifest, and none of it misleads."""

import json
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
        for key, part in index["parts"].items():
            if kind in part["spans"]:
                start, end = part["spans"][kind]
                _check_lines(content[start:end], key, kind, part["counts"][kind], path)


def _check_lines(lines: bytes, key: str, kind: str, count: int, path: Path) -> None:
    if not lines.endswith(b"\n") or lines.count(b"\n") != count:
        raise Failed(f"{path}: the span of {key} is not {count} lines of {kind}")
    for record in map(parse_record, lines.splitlines()):
        if isinstance(record, LineageRecord):
            is_own = record.process.split("/")[1:] == key.split("/")[2:]
        else:
            is_own = record.key == key
        if not is_own:
            raise Failed(f"{path}: the span of {key} holds {record.key}")
