"""A producer without Redis, for what Redis adds nothing to."""

import pytest

from glueline import Settings
from glueline.testing import InMemoryGlueline


@pytest.fixture
def glueline(settings: Settings) -> InMemoryGlueline:
    return InMemoryGlueline(settings)
