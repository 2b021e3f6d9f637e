"""Functions of modules that are not known: their names and arguments tell what they do."""

from __future__ import annotations

import re

from glueline_worker.lineage.remembered import remember_short_texts
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.template_text import as_text, render
from glueline_worker.lineage.script.domain.values import MISSING, External, Frame, Value
from glueline_worker.lineage.script.models import sql_engines
from glueline_worker.lineage.script.models.aws.boto3 import AwsClient
from glueline_worker.lineage.script.models.helper_arguments import (
    HelperArgument,
    find_argument_datasets,
    is_session,
    is_url,
    list_text_arguments,
    make_snake_case,
)
from glueline_worker.lineage.script.models.library import Library

_READS_ARGUMENT = re.compile(
    r"(?:\w+_)?(?:arg|argument|job_param|job_parameter|env_var)s?|"
    r"(?:get|read|resolve)_(?:job_|glue_)?(?:option|param|parameter)s?"
)
_PANDAS = frozenset({"pandas", "pd"})
_WRITES = re.compile(
    r"(?:\w+_)?(?:append|dump|export|insert|merge|overwrite|persist|publish|save|scd\d?|sink|store|"
    r"upload|upsert|write)(?:_\w+)?"
)
_MOVES = re.compile(r"(?:\w+_)?(?:copy|ingest|load|move|replicate|sync|transfer)(?:_\w+)?")
_READS = re.compile(
    r"(?:fetch|load|read|retrieve)_(?:\w+_)?(?:avro|catalog|csv|dataframe|delta|df|dyf|"
    r"dynamic_frame|hudi|iceberg|orc|parquet|tables?)(?:_\w+)?"
)
_READS_WITH_SESSION = re.compile(r"(?:\w+_)?(?:extract|fetch|get|ingest|load|read)(?:_\w+)?")
_NO_READ = re.compile(
    r"(?:\w+_)?(?:arg|args|bookmark|conf|config|count|logger|metadata|param|params|query|schema|"
    r"secret|settings|sql|state|status|template|watermark|yaml)(?:_\w+)?"
)
_JOINS = re.compile(
    r"(?:path_join|url_join|(?:build|compose|concat|construct|create|format|join|make)_(?:\w+_)?"
    r"(?:key|location|path|paths|prefix|uri|url)|s3_(?:path|uri|url))"
)
_MAKES_URL = re.compile(r"(?:\w+_)?(?:s3\w*|uri|url)(?:_\w+)?")
_PAIR = 2
_QUERY = re.compile(r"\s*(?:select|with|insert|merge|create|unload)\s", re.IGNORECASE)


def _read_argument(call: Call) -> Value:
    """Call ``get_argument("name")``: one of the job's arguments."""
    if not _READS_ARGUMENT.fullmatch(call.name) or call.parts[0] in _PANDAS:
        return MISSING
    name = next((arg for arg in call.args if isinstance(arg, str)), None)
    return MISSING if name is None else call.state.get_argument(name.lstrip("-"))


def _move_data(call: Call) -> Value:
    """Call ``write_to_s3(frame, "s3://…")``, ``read_csv("s3://…")``, ``run_athena_query(sql)``."""
    function = make_snake_case(call.name)
    if not _may_move(function):
        return _query_athena(call)
    frames = call.state.find_frames(call.values)
    arguments = list(list_text_arguments(call))
    if "()" in call.receiver.path and not any(map(is_session, call.values)):
        # Of an object that is not known: its methods may look like those of many libraries.
        arguments = [each for each in arguments if each.name or is_url(each.text)]
    if frames and arguments and _WRITES.fullmatch(function):
        targets = [one for one in arguments if not one.is_source]
        if found := find_argument_datasets(call, targets):
            call.state.write([Frame(node) for node in frames], found, call.name)
            return Frame(frames[0])
    if arguments and not frames and (moved := _move_between(call, function, arguments)) is not None:
        return moved
    return _query_athena(call)


def _move_between(call: Call, function: str, arguments: list[HelperArgument]) -> Frame | None:
    """Read what an argument names, and write it where another one names a target."""
    if _moves(function):
        sources = find_argument_datasets(call, [one for one in arguments if one.is_source])
        targets = find_argument_datasets(call, [one for one in arguments if one.is_target])
        if sources and targets:
            read = call.state.read(sources, call.name)
            return call.state.write(read, targets, call.name)
    is_read = _READS.fullmatch(function) or (
        _READS_WITH_SESSION.fullmatch(function) and any(map(is_session, call.values))
    )
    if is_read and not _NO_READ.fullmatch(function):
        found = find_argument_datasets(call, [one for one in arguments if not one.is_target])
        return call.state.read(found, call.name) if found else None
    return None


@remember_short_texts
def _may_move(function: str) -> bool:
    """Tell whether the name of a function says that it reads or writes anything."""
    patterns = (_WRITES, _MOVES, _READS, _READS_WITH_SESSION)
    return any(pattern.fullmatch(function) for pattern in patterns)


def _moves(function: str) -> bool:
    return bool(_WRITES.fullmatch(function) or _MOVES.fullmatch(function))


def _join_path(call: Call) -> Value:
    """Call ``join_path(bucket, "folder")``: a path of all its parts."""
    function = make_snake_case(call.name)
    if not _JOINS.fullmatch(function) or len(call.values) < _PAIR:
        return MISSING
    if not all(isinstance(value, (str, External)) for value in call.values):
        return MISSING
    parts = [as_text(value) for value in call.values]
    joined = "/".join([parts[0].rstrip("/"), *(part.strip("/") for part in parts[1:])])
    is_url = _MAKES_URL.fullmatch(function) and "://" not in parts[0]
    return f"s3://{joined}" if is_url else joined


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


UNKNOWN_HELPERS = Library(rules=(_read_argument, _format_value, _join_path, _move_data))
