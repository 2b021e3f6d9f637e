"""Tests for sinks of any distribution: ``from glueline_worker.sinks.testing import SinkSuite``."""

from glueline_worker.sinks.testing.place import SinkPlace
from glueline_worker.sinks.testing.suite import SINK_CASES, SinkSuite

__all__ = ["SINK_CASES", "SinkPlace", "SinkSuite"]
