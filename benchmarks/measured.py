"""Run a command and print what it took, as JSON: ``measured.py COMMAND ...``.

``wall`` and ``cpu`` are seconds; the CPU time is that of the command and of everything that it
started. This process adopts the orphans among them, because an orphan's time would be lost.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 30.0
"""Seconds for orphans to end by themselves."""


def main() -> int:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    started = time.perf_counter()
    process = subprocess.run(
        sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
    )
    wall = time.perf_counter() - started
    _wait_for_orphans()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"wall": wall, "cpu": used.ru_utime + used.ru_stime}))
    return process.returncode


def _wait_for_orphans() -> None:
    def give_up(*_: object) -> None:
        raise TimeoutError("a process that the command left behind does not end")

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    with suppress(ChildProcessError):
        while True:
            os.wait()


if __name__ == "__main__":
    sys.exit(main())
