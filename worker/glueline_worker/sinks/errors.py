"""The errors that sinks raise."""

from glueline.contract.errors import Retryable, Terminal


class SinkUnavailable(Retryable):
    """A sink cannot take records now, for example because of a lock or a full disk."""

    code = "sink_unavailable"


class SinkRefused(Terminal):
    """A sink will not take these records, however often they are written."""

    code = "sink_refused"
