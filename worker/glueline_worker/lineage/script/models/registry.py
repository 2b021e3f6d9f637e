"""The one list of libraries, and the look-up of functions, methods and attributes in it."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from glueline_worker.lineage.model import OPAQUE
from glueline_worker.lineage.remembered import remember_short_texts
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.columns import combine_columns
from glueline_worker.lineage.script.domain.items import label_field
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    Column,
    External,
    Frame,
    OneOf,
    Value,
)
from glueline_worker.lineage.script.models.aws.awswrangler import AWSWRANGLER
from glueline_worker.lineage.script.models.aws.awswrangler_sessions import AWSWRANGLER_SESSIONS
from glueline_worker.lineage.script.models.aws.boto3 import BOTO3
from glueline_worker.lineage.script.models.aws.boto3_s3 import BOTO3_S3
from glueline_worker.lineage.script.models.aws.s3fs import S3FS
from glueline_worker.lineage.script.models.aws.shell_commands import SHELL_COMMANDS
from glueline_worker.lineage.script.models.dbapi import DBAPI
from glueline_worker.lineage.script.models.deltalake import DELTALAKE
from glueline_worker.lineage.script.models.duckdb.connections import DUCKDB
from glueline_worker.lineage.script.models.kafka import KAFKA
from glueline_worker.lineage.script.models.library import Handler, Library
from glueline_worker.lineage.script.models.pandas import PANDAS
from glueline_worker.lineage.script.models.polars import POLARS
from glueline_worker.lineage.script.models.pyarrow import PYARROW
from glueline_worker.lineage.script.models.pyiceberg import PYICEBERG
from glueline_worker.lineage.script.models.pymongo import PYMONGO
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.script.models.python.builtin_functions import BUILTIN_FUNCTIONS
from glueline_worker.lineage.script.models.python.concurrency import CONCURRENCY
from glueline_worker.lineage.script.models.python.dates import DATES
from glueline_worker.lineage.script.models.python.files import FILES
from glueline_worker.lineage.script.models.python.iterables import ITERABLES
from glueline_worker.lineage.script.models.python.job_arguments import JOB_ARGUMENTS
from glueline_worker.lineage.script.models.python.pathlib import PATHLIB
from glueline_worker.lineage.script.models.python.settings_files import SETTINGS_FILES
from glueline_worker.lineage.script.models.python.super_calls import SUPER_CALLS
from glueline_worker.lineage.script.models.python.tempfile import TEMPFILE
from glueline_worker.lineage.script.models.python.urls import URLS
from glueline_worker.lineage.script.models.spark import frame_schema, joins
from glueline_worker.lineage.script.models.spark.code_schemas import CODE_SCHEMAS
from glueline_worker.lineage.script.models.spark.column_functions import SPARK_COLUMNS
from glueline_worker.lineage.script.models.spark.delta_tables import DELTA_TABLES
from glueline_worker.lineage.script.models.spark.frames import FRAMES
from glueline_worker.lineage.script.models.spark.glue_context import GLUE_CONTEXT
from glueline_worker.lineage.script.models.spark.glue_transforms import GLUE_TRANSFORMS
from glueline_worker.lineage.script.models.spark.hudi_constants import HUDI_CONSTANTS
from glueline_worker.lineage.script.models.spark.hudi_streamer import HUDI_STREAMER
from glueline_worker.lineage.script.models.spark.spark_conf import SPARK_CONF
from glueline_worker.lineage.script.models.spark.spark_io import SPARK_IO
from glueline_worker.lineage.script.models.spark.spark_session import SPARK_SESSION
from glueline_worker.lineage.script.models.spark.table_declarations import TABLE_DECLARATIONS
from glueline_worker.lineage.script.models.spark.windows import SPARK_WINDOWS
from glueline_worker.lineage.script.models.unknown_helpers import UNKNOWN_HELPERS
from glueline_worker.lineage.word_sets import split_words

LIBRARIES: tuple[Library, ...] = (
    BUILTIN_FUNCTIONS,
    ITERABLES,
    CONCURRENCY,
    PATHLIB,
    URLS,
    TEMPFILE,
    SUPER_CALLS,
    SETTINGS_FILES,
    FILES,
    BOTO3,
    BOTO3_S3,
    S3FS,
    SHELL_COMMANDS,
    AWSWRANGLER,
    AWSWRANGLER_SESSIONS,
    PANDAS,
    PYARROW,
    POLARS,
    DELTALAKE,
    PYICEBERG,
    PYMONGO,
    KAFKA,
    DUCKDB,
    SPARK_IO,
    DELTA_TABLES,
    SPARK_SESSION,
    FRAMES,
    GLUE_CONTEXT,
    GLUE_TRANSFORMS,
    SPARK_COLUMNS,
    SPARK_WINDOWS,
    CODE_SCHEMAS,
    DBAPI,
    SPARK_CONF,
    HUDI_CONSTANTS,
    HUDI_STREAMER,
    TABLE_DECLARATIONS,
    UNKNOWN_HELPERS,
    DATES,
    JOB_ARGUMENTS,
)
"""In the order in which their rules are asked. No two may register one name."""

_Entry = TypeVar("_Entry")


def merge_tables(tables: Iterable[Mapping[str, _Entry]]) -> dict[str, _Entry]:
    """Merge the tables of several libraries; raise ValueError where two have one name."""
    merged: dict[str, _Entry] = {}
    for table in tables:
        if taken := merged.keys() & table.keys():
            raise ValueError(f"registered by two libraries: {', '.join(sorted(taken))}")
        merged.update(table)
    return merged


_FUNCTIONS = merge_tables(library.functions for library in LIBRARIES)
_FRAME_METHODS = merge_tables(library.frame_methods for library in LIBRARIES)
_FRAME_ATTRIBUTES = merge_tables(library.frame_attributes for library in LIBRARIES)
_UNITED_METHODS = frozenset[str]().union(*(library.united_methods for library in LIBRARIES))
_RULES = [rule for library in LIBRARIES for rule in library.rules]
_ATTRIBUTE_RULES = [rule for library in LIBRARIES for rule in library.attributes]
_ITEM_RULES = [rule for library in LIBRARIES for rule in library.items]

_LONGEST_NAME = 3
"""The parts of the longest name in ``_FUNCTIONS``."""
_BUILTINS = frozenset(dir(builtins)) - {"map", "open"}
_LIKELY_COLUMNS = frozenset({"offset", "to"})
"""Methods whose names are rather columns where they are not called."""
_WITHOUT_RESULT = split_words(
    "print info debug warning warn error exception log append_log sleep display"
)


def call_function(
    reading: Reading, function: External, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    """Call something from outside the script, by the end of its path."""
    parts, handlers = _find_handlers(function.path)
    call = Call(reading, function, parts[-1], args, kwargs, parts)
    for handler in handlers:
        if (found := handler(call)) is not MISSING:
            return found
    for rule in _RULES:
        if (found := rule(call)) is not MISSING:
            return found
    return _call_unknown(call)


@remember_short_texts
def _find_handlers(path: str) -> tuple[Sequence[str], Sequence[Handler]]:
    """Find the parts of a path, and the functions that its end may name."""
    parts = path.replace("()", "").split(".")
    # A method of an unknown object may only have the name of a builtin.
    shortest = 1 if len(parts) == 1 or parts[-1] not in _BUILTINS else 2
    ends = (".".join(parts[-length:]) for length in range(_LONGEST_NAME, shortest - 1, -1))
    return parts, [_FUNCTIONS[end] for end in ends if end in _FUNCTIONS]


def _call_unknown(call: Call) -> Value:
    """Call an unknown function: what flows into it flows out of it."""
    values = call.values
    kinds = set(map(type, values))
    if Column in kinds and Frame not in kinds:
        return combine_columns(values)
    if Frame not in kinds and (content := files.find_opened(call)) is not None:
        return content
    if call.name not in _WITHOUT_RESULT and call.state.find_frames(values):
        return call.state.transform(values, OPAQUE, call.name)
    return External(f"{'.'.join(call.parts)}()", call.receiver.label)


def get_external_attribute(state: State, value: External, name: str) -> Value:
    """Return ``value.name``."""
    for rule in _ATTRIBUTE_RULES:
        if (found := rule(state, value, name)) is not MISSING:
            return found
    return value.part(name)


def get_external_item(state: State, value: External, key: Value) -> Value:
    """Return ``value[key]``."""
    for rule in _ITEM_RULES:
        if (found := rule(state, value, key)) is not MISSING:
            return found
    return External(value.part("item").path, label_field(value.label, key))


def call_frame_method(call: Call) -> Value:
    """Call a method of a frame; an unknown one yields all of the frame, in unknown columns."""
    if call.name != "printSchema":
        call.state.asked_data.add(call.receiver.node)
    handler = _FRAME_METHODS.get(call.name)
    if handler is not None:
        return handler(call)
    frame: Frame = call.receiver
    if frame.kind in {"rows", "row", "scalar"}:
        return frame
    return call.state.transform([frame, *call.values], OPAQUE, call.name)


def is_frame_method(name: str) -> bool:
    """Tell whether frames have a method ``name``, so that it is hardly a column."""
    return name in _FRAME_METHODS and name not in _LIKELY_COLUMNS


def unite_alternatives(state: State, value: OneOf, method: str) -> Frame | None:
    """Make one frame of alternatives that need not be told apart; None where they do."""
    if method in _UNITED_METHODS:
        return state.unite_frames(value)
    return unite_alike(state, value) if method in _FRAME_METHODS else None


def unite_alike(state: State, value: OneOf) -> Frame | None:
    """Make one frame of alternatives that come from the same datasets; None for others."""
    return joins.unite_same_datasets(state, value.options)


def get_frame_attribute(state: State, frame: Frame, name: str) -> Value:
    """Return ``frame.name``; ``MISSING`` for methods and columns that are not known."""
    column = frame_schema.find_column_attribute(state, frame, name)
    if column is not None:
        return column
    found = _FRAME_ATTRIBUTES.get(name)
    return MISSING if found is None else found(state, frame)
