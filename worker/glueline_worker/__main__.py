"""``python -m glueline_worker NAME``: the worker process that `glueline run` starts."""

import sys

from glueline.contract.errors import GluelineError, UsageError
from glueline_worker.commands.worker import run_worker

try:
    run_worker(sys.argv[1])
except GluelineError as error:
    print(f"glueline worker: {error}", file=sys.stderr)  # noqa: T201
    sys.exit(2 if isinstance(error, UsageError) else 1)
