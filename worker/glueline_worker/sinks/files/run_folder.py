"""A run as one process writes it: its journal, and what it keeps of an older run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from glueline.contract.errors import GluelineError
from glueline_worker.sinks.atomic_files import link_file, translate_disk_errors
from glueline_worker.sinks.files.formats.model import ObjectFormat
from glueline_worker.sinks.files.journal import EntryPlace, JournalEntry, UnitJournal
from glueline_worker.sinks.files.previous_run import PreviousRun, find_previous_run
from glueline_worker.sinks.files.stored import StoredLines
from glueline_worker.sinks.model import Receipt, Run
from glueline_worker.sinks.object_names import INDEX_FOLDER, hide, make_run_folder


class RunFolder:
    """The folders of a run below the root of a sink."""

    def __init__(self, name: str, root: Path, run: Run, object_format: ObjectFormat) -> None:
        """Find the older run; create nothing."""
        self.format = object_format
        self.name = name
        """The sink, as errors call it."""
        self.root = root
        self.run_id = run.run_id
        self.previous: PreviousRun | None = find_previous_run(root, run, object_format.extension)
        self.is_removed = False
        """True when the run was aborted. A replay of it needs a new folder."""
        self._journal = self._make_journal()

    def append(self, entries: Sequence[bytes]) -> list[EntryPlace]:
        """Store encoded entries in one step and return their places.

        Raises SinkUnavailable or SinkRefused; then none of them is stored.
        """
        with translate_disk_errors(self.name):
            try:
                return self._journal.append(entries)
            except FileNotFoundError:
                self.is_removed = not self._journal.path.parent.is_dir()
                if self.is_removed:  # what a stopped run left is removed, and it leaves no more
                    raise
                self._journal = self._make_journal()  # the run was committed, and is replayed
                return self._journal.append(entries)

    def keep(self, lines: Mapping[str, StoredLines]) -> None:
        """Let shared objects of the older run live on when that is removed. Raises OSError."""
        for kind, each in lines.items():
            old = self.root / each.object.path
            folder = self.root / make_run_folder(kind, self.run_id)
            # A commit of the run may have removed the hidden name; then a replay makes it again.
            if not any((folder / name).exists() for name in (hide(old.name), old.name)):
                folder.mkdir(parents=True, exist_ok=True)
                link_file(old, folder / hide(old.name))

    def _make_journal(self) -> UnitJournal:
        return UnitJournal(self.root / make_run_folder(INDEX_FOLDER, self.run_id))


def append_to_journals(
    entries: Sequence[tuple[RunFolder, JournalEntry]],
) -> list[Receipt | Exception]:
    """Store entries of one or several runs, each run in one step; return the receipts in order.

    In place of a receipt stands the error of its run.
    """
    by_folder: dict[RunFolder, list[bytes]] = {}
    for folder, entry in entries:
        by_folder.setdefault(folder, []).append(entry.encode())
    receipts = {folder: iter(_append(folder, each)) for folder, each in by_folder.items()}
    return [next(receipts[folder]) for folder, _ in entries]


def _append(folder: RunFolder, entries: Sequence[bytes]) -> list[Receipt | Exception]:
    try:
        return [{"entry": list(place)} for place in folder.append(entries)]
    except GluelineError as error:
        return [error] * len(entries)
