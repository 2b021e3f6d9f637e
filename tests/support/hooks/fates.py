"""What becomes of a unit that lists a database: ``TEST_FATES`` is a JSON file, name to fate.

The file is read each time, so that one system can meet several fates.
"""

import asyncio
import ctypes
import json
import os
import resource
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from glueline_worker.aws.glue import Glue, Page

GIGABYTES = 8 << 30

_read = Glue.list_tables
_file = Path(os.environ["TEST_FATES"])


def _tables(self: Glue, database: str, *args: Any, **options: Any) -> AsyncIterator[Page]:
    # Jobs ask for single tables, with an expression: only the unit of the database is fated.
    fates = json.loads(_file.read_text()) if options.get("expression") is None else {}
    match fates.get(database):
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "segfault":
            ctypes.string_at(0)
        case "memory":
            _exhaust()
        case "block":
            time.sleep(3600)
        case "wait":
            return _never()
    return _read(self, database, *args, **options)


def _exhaust() -> Any:
    """A real MemoryError, as under a limit of the container."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (GIGABYTES, before[1]))
    try:
        return bytearray(4 * GIGABYTES)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


async def _never() -> AsyncIterator[Page]:
    await asyncio.Event().wait()
    yield Page([], None)


Glue.list_tables = _tables  # type: ignore[method-assign]
