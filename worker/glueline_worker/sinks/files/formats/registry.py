"""The formats by the options of a URL, and by the names of objects."""

from functools import cache
from pathlib import PurePath
from pkgutil import resolve_name

from glueline.contract.errors import UsageError
from glueline_worker.sinks.files.formats.model import FormatChoice, ObjectFormat
from glueline_worker.sinks.sink_url import SinkUrl

_HERE = "glueline_worker.sinks.files.formats"
_FORMATS = {
    FormatChoice("jsonl", None): (".jsonl", f"{_HERE}.plain:PlainFormat", ""),
    FormatChoice("jsonl", "zstd"): (".jsonl.zst", f"{_HERE}.compressed:ZstdFormat", "zstd"),
    FormatChoice("parquet", None): (".parquet", f"{_HERE}.parquet:ParquetFormat", "parquet"),
}
"""Extension, class, and the extra of ``glueline-worker`` that brings its library."""

FORMAT_OPTIONS = ("compression", "format")
EXTENSIONS = tuple(extension.removeprefix(".") for extension, _, _ in _FORMATS.values())


def parse_format(sink_url: SinkUrl) -> ObjectFormat:
    """Return the format that the options of a URL choose; raises UsageError."""
    wanted, name = sink_url.options.get("format", "jsonl"), sink_url.name
    known = dict.fromkeys(choice.format for choice in _FORMATS)
    if wanted not in known:
        raise UsageError(f"the sink {name!r} has no format {wanted!r}; known: {', '.join(known)}")
    choice = FormatChoice(wanted, sink_url.options.get("compression"))
    if choice not in _FORMATS:
        others = [c.compression for c in _FORMATS if c.format == wanted and c.compression]
        said = f"write compression={others[0]} or nothing" if others else "leave it out"
        raise UsageError(
            f"the sink {name!r} has no compression {choice.compression!r} for the format "
            f"{wanted!r}; {said}"
        )
    _, _, extra = _FORMATS[choice]
    try:
        return _load(choice)
    except ModuleNotFoundError:
        raise UsageError(
            f"the sink {name!r} needs a library: pip install 'glueline-worker[{extra}]'"
        ) from None


def find_format(path: str) -> ObjectFormat:
    """Return the format of an object by its path."""
    name = PurePath(path).name
    # The longest first: one extension is the start of another.
    found = max((c for c in _FORMATS if name.endswith(_FORMATS[c][0])), key=_measure_extension)
    return _load(found)


def _measure_extension(choice: FormatChoice) -> int:
    return len(_FORMATS[choice][0])


@cache
def _load(choice: FormatChoice) -> ObjectFormat:
    _, place, _ = _FORMATS[choice]
    made: ObjectFormat = resolve_name(place)()
    return made
