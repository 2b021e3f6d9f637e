"""The origin of the records of one unit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordOrigin:
    """The source, Region and catalogue that records name as theirs.

    ``catalog_id`` is used when an answer does not name its own catalogue. For jobs, it is the
    account. With ``raw``, records keep the answer itself, without its secrets.
    """

    source: str
    region: str
    catalog_id: str | None = None
    raw: bool = False
