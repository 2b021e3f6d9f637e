"""Read the lineage of one file, or of many in several processes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from glueline.contract.errors import UsageError
from glueline_worker.commands.given_schemas import FindSchemas
from glueline_worker.commands.inspect_files import read_regular_file
from glueline_worker.commands.local_modules import find_local_modules
from glueline_worker.lineage.files.job_files import normalise_jobs
from glueline_worker.lineage.files.notebook import read_notebook
from glueline_worker.lineage.files.sql_files import make_sql_script
from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.lost_columns import describe_lost_columns
from glueline_worker.lineage.model import Lineage, LineageContext
from glueline_worker.lineage.schemas import TableSchema, is_catalog_table, join_schemas
from glueline_worker.lineage.script.source.parser import decode_script

_ROUNDS = 2
"""How often tables are asked for: with columns a script may show further ones."""
_PARTS = 2


@dataclass(frozen=True)
class Surroundings:
    """The facts about a job that its file does not hold."""

    region: str | None = None
    account: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    """With their leading dashes."""

    @property
    def context(self) -> LineageContext:
        """The context of a reader, without schemas."""
        return LineageContext(region=self.region, account=self.account)


def read_given_lineage(
    definition: Mapping[str, Any],
    code: bytes | None,
    around: Surroundings,
    find_schemas: FindSchemas | None,
    modules: Mapping[str, str] | None = None,
) -> Lineage:
    """Return the lineage of a job, with the columns of its tables where they can be found."""
    own = definition.get("DefaultArguments")
    given = {**(own if isinstance(own, Mapping) else {}), **around.arguments}
    definition = {**definition, "DefaultArguments": given}
    context = replace(around.context, modules=modules or {})
    lineage = read_job_lineage(definition, code, None, context)
    known: dict[str, TableSchema] = {}
    for _ in range(_ROUNDS if find_schemas else 0):
        assert find_schemas is not None
        found = find_schemas(name for name in list_tables(lineage) if name not in known)
        if not found:
            break
        known |= found
        context = replace(context, schemas=join_schemas(known))
        lineage = read_job_lineage(definition, code, None, context)
    lost = describe_lost_columns(lineage, context)
    return replace(lineage, warnings=(*lineage.warnings, *lost))


def read_file_lineage(
    file: Path, around: Surroundings, find_schemas: FindSchemas | None
) -> Lineage:
    """Return the lineage of a script, a notebook, a file of SQL or a job's definition.

    Raises UsageError when the file cannot be read.
    """
    data = read_regular_file(file)
    if file.suffix.lower() == ".json" and (job := _find_job(data)) is not None:
        script = job.get("Script")
        code = script.encode("utf-8", "replace") if isinstance(script, str) else None
        return read_given_lineage(job, code, around, find_schemas)
    name = file.name
    if file.suffix.lower() == ".sql":
        name, data = f"{name}.py", make_sql_script(decode_script(data)).encode("utf-8", "replace")
    definition = {"Command": {"ScriptLocation": name}}
    modules = find_local_modules(file, data)
    return read_given_lineage(definition, data, around, find_schemas, modules)


def list_tables(lineage: Lineage) -> list[str]:
    """Return the catalogue's tables that a job reads and writes, as ``database/table``."""
    names = (
        dataset.name.removeprefix("table/")
        for dataset in (*lineage.inputs, *lineage.outputs)
        if is_catalog_table(dataset) and "{" not in dataset.name
    )
    return [name for name in dict.fromkeys(names) if len(name.split("/")) == _PARTS]


def _find_job(data: bytes) -> dict[str, Any] | None:
    """Return the only job of a JSON file; None for a notebook and for anything else."""
    if read_notebook(data) is not None:
        return None
    try:
        jobs = normalise_jobs(json.loads(data))
    except (ValueError, RecursionError, UsageError):
        return None
    return jobs[0] if len(jobs) == 1 else None
