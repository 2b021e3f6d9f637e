"""A coverage-guided fuzzer over the readers: any bytes end in a result, never in an exception.

    make fuzz SECONDS=60

Begins from the corpus of scripts and mutates it; a crash is written to the working folder by
atheris with the input that made it. Slow inputs count as crashes: see ``LIMIT``.
"""

import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["glueline_worker"]):
    from glueline_worker.catalog.record_origin import RecordOrigin
    from glueline_worker.catalog.tables import make_table_record
    from glueline_worker.catalog.types.column_types import parse_type
    from glueline_worker.lineage.files.notebook import read_notebook
    from glueline_worker.lineage.job import read_job_lineage
    from glueline_worker.lineage.model import LineageContext
    from glueline_worker.lineage.sql import read_sql

LIMIT = 10.0
"""CPU seconds for one input, with the instrumentation's cost."""

CORPUS = Path(__file__).parents[1] / "unit" / "lineage" / "script" / "cases"


def one(data: bytes) -> None:
    """Hand one input to every reader."""
    started = time.process_time()
    text = data.decode("utf-8", "replace")
    read_job_lineage({}, data, None, LineageContext())
    read_job_lineage(
        {"Command": {"ScriptLocation": "s3://b/job.scala"}}, data, None, LineageContext()
    )
    nodes = {"n": {"CustomCode": {"Name": "n", "Inputs": [text], "Code": text, "ClassName": "t"}}}
    read_job_lineage(
        {"CodeGenConfigurationNodes": nodes}, None, ([{"Id": text}], []), LineageContext()
    )
    read_notebook(data)
    read_sql(text)
    parse_type(text)
    answer = {"Name": text, "Parameters": {text: text}, "ViewOriginalText": text}
    make_table_record(answer, RecordOrigin("s", "r"), database_name=text)
    if time.process_time() - started > LIMIT:
        raise TimeoutError(f"an input of {len(data)} bytes took more than {LIMIT} s")


if __name__ == "__main__":
    # What it finds worth keeping goes to the first folder: the working one.
    atheris.Setup([*sys.argv, ".", str(CORPUS)], one)
    atheris.Fuzz()
