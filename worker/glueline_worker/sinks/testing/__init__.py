"""Tests for sinks of any distribution: ``from glueline_worker.sinks.testing import SinkSuite``."""

import pytest

# Before the modules are imported: without it, a failed case does not show the values it compared.
pytest.register_assert_rewrite(
    *(f"{__name__}.{module}" for module in ("unit_cases", "run_cases", "incremental_cases"))
)

from glueline_worker.sinks.testing.place import SinkPlace  # noqa: E402
from glueline_worker.sinks.testing.suite import SINK_CASES, SinkSuite  # noqa: E402

__all__ = ["SINK_CASES", "SinkPlace", "SinkSuite"]
