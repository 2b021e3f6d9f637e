"""The databases of each kind, as the tests of sinks have them."""

from tests.unit.sinks.conftest import postgres, sink, url

__all__ = ["postgres", "sink", "url"]
