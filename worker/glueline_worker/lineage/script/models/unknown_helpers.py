"""Functions of modules that are not known: their names and arguments tell what they do."""

from __future__ import annotations

import re

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.template_text import render
from glueline_worker.lineage.script.domain.values import MISSING, External, Frame, Value
from glueline_worker.lineage.script.models import datasets, sql_engines
from glueline_worker.lineage.script.models.aws.boto3 import AwsClient
from glueline_worker.lineage.script.models.library import Library

_READS_ARGUMENT = re.compile(r"(?:\w+_)?(?:arg|argument|job_param|job_parameter|env_var)s?")
_WRITES = re.compile(r"(?:\w+_)?(?:write|save|export|store|persist|dump|upload)(?:_\w+)?")
_READS = re.compile(r"(?:read|load)_(?:\w+_)?(?:csv|parquet|orc|avro|delta|hudi|df|dataframe)\w*")
_S3 = re.compile(r"s3[an]?://")
_QUERY = re.compile(r"\s*(?:select|with|insert|merge|create|unload)\s", re.IGNORECASE)


def _read_argument(call: Call) -> Value:
    """Call ``get_argument("name")``: one of the job's arguments."""
    if not _READS_ARGUMENT.fullmatch(call.name):
        return MISSING
    name = next((arg for arg in call.args if isinstance(arg, str)), None)
    return MISSING if name is None else call.state.get_argument(name.lstrip("-"))


def _move_data(call: Call) -> Value:
    """Call ``write_to_s3(frame, "s3://…")``, ``read_csv("s3://…")``, ``run_athena_query(sql)``."""
    places = [value for value in call.values if isinstance(value, str) and _S3.match(value)]
    frames = call.state.find_frames(call.values)
    if frames and places and _WRITES.fullmatch(call.name):
        found = [place for value in places for place in datasets.find_locations(call.state, value)]
        call.state.write([Frame(node) for node in frames], found, call.name)
        return Frame(frames[0])
    if places and not frames and _READS.fullmatch(call.name):
        return call.state.read(datasets.find_locations(call.state, places[0]), call.name)
    return _query_athena(call)


def _query_athena(call: Call) -> Value:
    """Run SQL given to a function with an Athena client, or with Athena in its name."""
    client = any(
        isinstance(value, AwsClient) and value.service == "athena" for value in call.values
    )
    if not client and "athena" not in ".".join(call.parts).lower():
        return MISSING
    sql = next((v for v in call.values if isinstance(v, str) and _QUERY.match(render(v))), None)
    if sql is None:
        return MISSING
    found = sql_engines.run_sql(call.state, sql, sql_engines.make_athena_engine(call.state, None))
    return call.state.unite_frames(found) or MISSING


def _format_value(call: Call) -> Value:
    """Call ``formatter.format(date)``: a text that hangs on what is formatted."""
    value = call.arg(0)
    if call.name != "format" or len(call.args) != 1 or not isinstance(value, External):
        return MISSING
    if call.receiver.label != "unknown":  # date.format(formatter)
        return MISSING
    return External(f"{call.receiver.path}()", value.label)


UNKNOWN_HELPERS = Library(rules=(_read_argument, _format_value, _move_data))
