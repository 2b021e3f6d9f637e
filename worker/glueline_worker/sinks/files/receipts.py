"""The receipts of units, and the check of the objects that large units have to themselves."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from glueline.contract.model import StrictModel, first_error
from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.files.formats.registry import EXTENSIONS
from glueline_worker.sinks.files.journal import EntryPlace
from glueline_worker.sinks.files.object_file import count_lines
from glueline_worker.sinks.files.stored import StoredObject
from glueline_worker.sinks.model import Commit
from glueline_worker.sinks.object_names import OBJECT_KINDS, list_object_paths


class FileReceipt(StrictModel):
    """The receipt of a unit: its own objects, or its entry in a journal, or neither."""

    objects: tuple[StoredObject, ...] = ()
    entry: EntryPlace | None = None


_RECEIPT = TypeAdapter(FileReceipt)


def parse_receipts(commit: Commit) -> dict[str, FileReceipt]:
    """Return the receipts by unit id; raises SinkRefused when one is none of a file sink."""
    parsed = {}
    for unit_id, receipt in sorted(commit.receipts.items()):
        try:
            parsed[unit_id] = _RECEIPT.validate_python(receipt)
        except ValidationError as error:
            problem = first_error(error)
            raise SinkRefused(
                f"the receipt of {unit_id} is none of a file sink: {problem}"
            ) from None
    return parsed


def verify_objects(root: Path, run_id: str, receipts: dict[str, FileReceipt]) -> list[StoredObject]:
    """Return the objects that units have to themselves as they are on the disk.

    Raises SinkRefused when one is missing, cut off or outside the run's folders, and OSError.
    """
    return [
        _verify(root, run_id, unit_id, stored)
        for unit_id, receipt in receipts.items()
        for stored in receipt.objects
    ]


def describe_lost_records(receipts: dict[str, FileReceipt], objects: Sequence[StoredObject]) -> str:
    """Name the units of which the folder holds fewer records than they stored; empty for none.

    Another attempt may have replaced their objects, or an older copy of the folder was restored.
    """
    present = {stored.path: stored.records for stored in objects}
    units = [
        unit_id
        for unit_id, receipt in receipts.items()
        if any(stored.records > present[stored.path] for stored in receipt.objects)
    ]
    if not units:
        return ""
    return (
        f"the folder holds fewer records than {len(units)} units had written, {units[0]!r} "
        "among them; was it restored? Extract again"
    )


def _verify(root: Path, run_id: str, unit_id: str, stored: StoredObject) -> StoredObject:
    path = stored.path
    names = (list_object_paths(stored.kind, run_id, unit_id, each) for each in EXTENSIONS)
    if (
        not any(path in each for each in names)
        or stored.kind not in OBJECT_KINDS
        or stored.unit != unit_id
    ):
        raise SinkRefused(f"{path!r} is no object of run {run_id}")
    try:
        stat = (root / path).stat()
    except FileNotFoundError:
        raise SinkRefused(
            f"{root / path} was stored and is gone; do all workers share the folder?"
        ) from None
    if (stat.st_size, stat.st_mtime_ns) == (stored.bytes, stored.modified_ns):
        return stored
    return _measure_replacement(root, stored)


def _measure_replacement(root: Path, stored: StoredObject) -> StoredObject:
    """Measure the object that another attempt at the unit, or a copy of it, has put there."""
    path = root / stored.path
    records = count_lines(path)
    if records is None:
        raise SinkRefused(f"{path} is cut off; extract {stored.unit} again")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    stat = path.stat()
    facts = {"bytes": stat.st_size, "modified_ns": stat.st_mtime_ns}
    return stored.model_copy(update={"records": records, "sha256": digest, **facts})
