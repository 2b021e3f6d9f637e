"""The files of modules that a worker process has read, such as the zip that many jobs share."""

from glueline_worker.aws.s3 import ObjectPlace, Script
from glueline_worker.units.bounded_cache import BoundedCache

_MOST_BYTES = 48 * 1024 * 1024


class ModuleCache:
    """The files of modules, by run, source and place."""

    def __init__(self) -> None:
        """Begin empty."""
        self._files = BoundedCache[tuple[str, str, ObjectPlace], Script](_MOST_BYTES)

    def get(self, run_id: str, source: str, place: ObjectPlace) -> Script | None:
        """Return a file that was read for the run."""
        return self._files.get((run_id, source, place))

    def put(self, run_id: str, source: str, place: ObjectPlace, file: Script) -> None:
        """Keep a file."""
        self._files.put((run_id, source, place), file, len(file.text))
