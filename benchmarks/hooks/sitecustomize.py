"""Python runs this before a worker whose PYTHONPATH has this folder: it counts fsyncs.

Each adds one byte to the file ``BENCH_FSYNCS``, so that the count survives forks and kills.
"""

import os

if path := os.environ.get("BENCH_FSYNCS"):
    counter = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def count(name: str) -> None:
        real = getattr(os, name)

        def call(file: int) -> None:
            os.write(counter, b".")
            real(file)

        setattr(os, name, call)

    for name in ("fsync", "fdatasync"):
        count(name)
