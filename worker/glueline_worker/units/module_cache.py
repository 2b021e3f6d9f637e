"""The files of modules that a worker process has read, such as the zip that many jobs share."""

from collections import OrderedDict

from glueline_worker.aws.s3 import ObjectPlace, Script

_MOST_BYTES = 48 * 1024 * 1024


class ModuleCache:
    """The files of modules, by run, source and place; the oldest are dropped first."""

    def __init__(self) -> None:
        """Begin empty."""
        self._files: OrderedDict[tuple[str, str, ObjectPlace], Script] = OrderedDict()
        self._bytes = 0

    def get(self, run_id: str, source: str, place: ObjectPlace) -> Script | None:
        """Return a file that was read for the run."""
        return self._files.get((run_id, source, place))

    def put(self, run_id: str, source: str, place: ObjectPlace, file: Script) -> None:
        """Keep a file."""
        before = self._files.pop((run_id, source, place), None)
        self._bytes -= len(before.text) if before is not None else 0
        self._files[run_id, source, place] = file
        self._bytes += len(file.text)
        while self._bytes > _MOST_BYTES:
            _, dropped = self._files.popitem(last=False)
            self._bytes -= len(dropped.text)
