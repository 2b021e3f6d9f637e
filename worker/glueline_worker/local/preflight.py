"""One cheap call before a run, so that a wrong region, key or address is said at once."""

import asyncio
from contextlib import suppress

from glueline.settings import Settings
from glueline_worker.aws.errors import AwsDenied
from glueline_worker.checking import look


def check_source(settings: Settings, source: str) -> None:
    """Raise what makes every unit of ``source`` fail: UsageError or AwsError."""
    with suppress(AwsDenied):  # jobs may be readable all the same; the run will tell
        asyncio.run(look(settings, source))
