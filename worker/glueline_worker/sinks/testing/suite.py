"""The suite as a class of pytest, which no extra installs: whoever tests a sink has it."""

import asyncio

import pytest

from glueline_worker.sinks.testing.case import SinkCase
from glueline_worker.sinks.testing.incremental_cases import INCREMENTAL_CASES
from glueline_worker.sinks.testing.place import SinkPlace
from glueline_worker.sinks.testing.run_cases import RUN_CASES
from glueline_worker.sinks.testing.unit_cases import UNIT_CASES

SINK_CASES: tuple[SinkCase, ...] = (*UNIT_CASES, *RUN_CASES, *INCREMENTAL_CASES)


class SinkSuite:
    """All cases against one sink: derive a class from it and add a fixture ``place``.

    The fixture returns a ``SinkPlace`` that is empty.
    """

    @pytest.mark.parametrize("case", SINK_CASES, ids=lambda case: case.name)
    def test_sink(self, case: SinkCase, place: SinkPlace) -> None:
        """Check one case; skip it with the reason where it does not apply."""
        if reason := case.not_applicable_reason(place):
            pytest.skip(reason)
        asyncio.run(case.run(place))
