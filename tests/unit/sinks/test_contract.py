"""The behaviour that all sinks have in common: the suite for anybody's sinks, on each of ours."""

from glueline_worker.sinks.testing import SinkSuite


class TestEachSink(SinkSuite):
    """The fixture ``place`` is each sink in turn."""
