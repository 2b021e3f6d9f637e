"""Where the records of one unit come from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordOrigin:
    """The source, Region and catalogue that records name as theirs.

    ``catalog_id`` is the catalogue that was asked, for answers that do not name theirs; for jobs
    it is the account. With ``raw``, records keep the answer itself, without its secrets.
    """

    source: str
    region: str
    catalog_id: str | None = None
    raw: bool = False
