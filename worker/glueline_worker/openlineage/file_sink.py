"""The sink ``openlineage+file:``, a folder with events of OpenLineage for each run."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from glueline.contract.records import Record
from glueline_worker.openlineage.events import EventOptions, encode_event, make_events
from glueline_worker.openlineage.options import EVENT_OPTIONS, parse_event_options
from glueline_worker.sinks.files.formats.registry import parse_format
from glueline_worker.sinks.files.lines import EncodeRecords
from glueline_worker.sinks.files.sink import FileSink, parse_folder
from glueline_worker.sinks.model import Run
from glueline_worker.sinks.sink_url import SinkUrl

_FOLDER = "openlineage"
"""Below the folder of the URL, so that records may stand beside."""
_KIND = "events"


def make_event_file_sink(sink_url: SinkUrl) -> FileSink:
    """Make the sink of an ``openlineage+file:`` URL; raises UsageError."""
    sink_url.refuse_options_except((*EVENT_OPTIONS, "compression"))
    options = parse_event_options(sink_url)
    folder = parse_folder(sink_url) / Path(_FOLDER)
    return FileSink(
        sink_url.name,
        folder,
        parse_format(sink_url),
        scheme=sink_url.scheme,
        make_encoder=lambda run: _make_encoder(run, options),
    )


def _make_encoder(run: Run, options: EventOptions) -> EncodeRecords:
    def encode(records: Sequence[Record]) -> Iterator[tuple[str, bytes]]:
        for event in make_events(records, options, run.created_at):
            yield _KIND, encode_event(event)

    return encode
