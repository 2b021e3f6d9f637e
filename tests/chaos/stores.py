"""What stands in the sinks of a system, and trouble that is switched on for a while."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.chaos.index import check_index
from tests.chaos.stage import Failed, Stage
from tests.support.system import hooks
from tests.unit.sinks.places import Rows

from glueline_worker.sinks.sql.schema.tables import RECORD_TABLES


class Database:
    """A database that a SQL sink writes to, read as anybody could."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.kind = url.partition(":")[0]
        self.rows = Rows(url)

    def written_by(self, run_id: str) -> list[str]:
        """The records that the run wrote, in the form of ``System.contents``."""
        return self._texts(f"run_id = '{run_id}'")

    def live(self) -> list[str]:
        """All records that are not marked deleted."""
        return self._texts("TRUE")

    def state_of(self, run_id: str) -> str | None:
        """How the run ended, as the database tells it."""
        found = self.rows(f"SELECT state FROM runs WHERE run_id = '{run_id}'")
        return str(found[0].state) if found else None

    def _texts(self, condition: str) -> list[str]:
        return sorted(
            json.dumps(json.loads(text), sort_keys=True)
            for table in RECORD_TABLES
            for (text,) in self.rows(
                f"SELECT CAST(record AS TEXT) FROM {RECORD_TABLES[table].name} "
                f"WHERE deleted_at IS NULL AND {condition}"
            )
        )


class Trouble:
    """Switches of ``tests/support/hooks/trouble.py``."""

    def __init__(self, stage: Stage) -> None:
        self.folder = stage.folder / "trouble"
        self.folder.mkdir()

    def hooks(self, **more: Any) -> dict[str, str]:
        """The environment of the workers."""
        return hooks(trouble=self.folder, **more)

    @contextmanager
    def on(self, switch: str, text: str = "") -> Iterator[None]:
        """Trouble for the time of the block."""
        path = self.folder / switch
        path.write_text(text)
        try:
            yield
        finally:
            path.unlink()

    def arm(self, point: str) -> None:
        """Kill the first worker that comes to the point."""
        (self.folder / f"die-{point}").touch()

    @property
    def armed(self) -> list[str]:
        """The points that no worker came to yet."""
        return sorted(path.name for path in self.folder.glob("die-*"))


def compare(what: str, found: list[str], wanted: list[str]) -> None:
    """Raise Failed with how many records are missing or too many."""
    counted, expected = Counter(found), Counter(wanted)
    missing, extra = (expected - counted).total(), (counted - expected).total()
    if missing or extra:
        raise Failed(f"{what}: {missing} records missing, {extra} too many")


def check_manifests(root: Path) -> int:
    """Each manifest lists what stands there, byte for byte, and nothing else is left; how many.

    Of what a later run may take over, all is of these manifests and true.
    """
    listed = set[Path]()
    manifests = sorted((root / "runs").glob("*.json"))
    for manifest in manifests:
        for thing in json.loads(manifest.read_text())["objects"]:
            path = root / thing["path"]
            if not path.is_file():
                raise Failed(f"{manifest.name} lists {thing['path']}, which is not there")
            if hashlib.sha256(path.read_bytes()).hexdigest() != thing["sha256"]:
                raise Failed(f"{thing['path']} is not what {manifest.name} says")
            listed.add(path)
    found = {path for path in root.rglob("*") if path.is_file()} - set(manifests)
    if left := found - listed - check_index(root):
        raise Failed(f"{len(left)} files that no manifest lists: {min(left)}")
    return len(manifests)
