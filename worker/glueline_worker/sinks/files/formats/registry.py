"""The formats by the options of a URL, and by the names of objects."""

from typing import NamedTuple

from glueline.contract.errors import UsageError
from glueline_worker.sinks.extras import load_from_extra
from glueline_worker.sinks.files.formats.model import ObjectFormat
from glueline_worker.sinks.sink_url import SinkUrl


class _KnownFormat(NamedTuple):
    """A format as the options of a URL choose it; its library comes with ``extra``."""

    name: str
    compression: str | None
    extension: str
    place: str
    extra: str = ""


_HERE = "glueline_worker.sinks.files.formats"
_FORMATS = (
    _KnownFormat("jsonl", None, "jsonl", f"{_HERE}.plain:PlainFormat"),
    _KnownFormat("jsonl", "zstd", "jsonl.zst", f"{_HERE}.compressed:ZstdFormat", "zstd"),
    _KnownFormat("parquet", None, "parquet", f"{_HERE}.parquet:ParquetFormat", "parquet"),
)

FORMAT_OPTIONS = ("compression", "format")
EXTENSIONS = tuple(known.extension for known in _FORMATS)


def parse_format(sink_url: SinkUrl) -> ObjectFormat:
    """Return the format that the options of a URL choose; raises UsageError."""
    wanted, sink = sink_url.options.get("format", "jsonl"), sink_url.name
    compression = sink_url.options.get("compression")
    same_name = [known for known in _FORMATS if known.name == wanted]
    if not same_name:
        names = ", ".join(dict.fromkeys(known.name for known in _FORMATS))
        raise UsageError(f"the sink {sink!r} has no format {wanted!r}; known: {names}")
    for known in same_name:
        if known.compression == compression:
            return _load(known, sink)
    others = [known.compression for known in same_name if known.compression]
    said = f"write compression={others[0]} or nothing" if others else "leave it out"
    raise UsageError(
        f"the sink {sink!r} has no compression {compression!r} for the format {wanted!r}; {said}"
    )


def find_format(path: str) -> ObjectFormat:
    """Return the format of an object by its path."""
    return _load(next(known for known in _FORMATS if path.endswith(f".{known.extension}")), path)


def _load(known: _KnownFormat, sink: str) -> ObjectFormat:
    made: ObjectFormat = load_from_extra(known.place, known.extra, sink)()
    return made
