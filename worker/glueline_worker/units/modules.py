"""The modules that a job's script imports: those that the job names, and those beside its script.

Only a script that imports something unknown costs calls. The files that the job names are read
once for a run and worker process. Beside the script a module is asked for by its name, so that no
right to list the bucket is needed.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from glueline.contract.errors import Retryable
from glueline_worker.aws.errors import AwsError, AwsNotFound
from glueline_worker.aws.s3 import MODULE_FILE_LIMIT, ObjectPlace, Script, fetch_script
from glueline_worker.catalog.jobs import ScriptLocation
from glueline_worker.lineage.files.imported_modules import (
    FoundModules,
    ModuleSource,
    SourceTexts,
    find_modules,
    open_modules,
)
from glueline_worker.lineage.job import read_script_arguments
from glueline_worker.units.context import UnitContext

_FILES_A_JOB = 20
_BESIDE_A_JOB = 12
"""The most objects beside a script that are asked for."""
_ROUNDS = 3
"""Modules import modules: how often it is looked what is still missing."""
_S3 = re.compile(r"s3[an]?://([^/]+)/(.+)", re.IGNORECASE)
_MAGIC = re.compile(rb"%extra_py_files[ \t]+([^\n\"\\]+)")
_PYTHON = (".py", ".zip", ".egg", ".whl")


@dataclass
class JobModules:
    """The modules of a job, and what they were read from."""

    sources: Mapping[str, str] = field(default_factory=dict)
    tags: dict[ObjectPlace, str] = field(default_factory=dict)
    """The ETags of the objects that were asked for, "" for one that does not exist."""
    warnings: list[str] = field(default_factory=list)
    is_complete: bool = True
    """False when a module that the script imports may stand in a file that could not be read."""


async def read_modules(
    definition: Mapping[str, Any], script: Script, at: ScriptLocation, context: UnitContext
) -> JobModules:
    """Read the modules that a script imports, as far as they are in S3 and may be read."""
    found = JobModules()
    if at.key.lower().endswith(".scala"):
        return found
    text = script.text.decode("utf-8", "replace")
    modules = find_modules(text, [])
    if not modules.missing:
        return found
    files = await _read_files(_list_files(definition, script.text, found), found, context)
    opened = await asyncio.to_thread(_open_all, files, found)
    modules = await asyncio.to_thread(find_modules, text, opened)
    if modules.missing:
        modules = await _read_beside(text, (modules, opened), at, found, context)
    found.sources = modules.sources
    found.is_complete = found.is_complete or not modules.missing
    if modules.left_out:
        found.warnings.append(f"imported modules that were not read: {modules.left_out:,}")
        found.is_complete = False
    return found


def _list_files(
    definition: Mapping[str, Any], script: bytes, found: JobModules
) -> list[ObjectPlace]:
    """List the places of the files that a job names for its modules."""
    arguments = read_script_arguments(definition)
    texts = [arguments.get("extra-py-files", ""), arguments.get("additional-python-modules", "")]
    texts += [magic.decode("utf-8", "replace") for magic in _MAGIC.findall(script)]
    places: dict[ObjectPlace, None] = {}
    for name in ",".join(texts).split(","):
        address = _S3.fullmatch(name.strip().strip("\"'"))
        if address and address[2].lower().endswith(_PYTHON):
            places[address[1], address[2]] = None
    if (more := len(places) - _FILES_A_JOB) > 0:
        found.warnings.append(f"of the job's files of modules {more:,} were not read")
        found.is_complete = False
    return list(places)[:_FILES_A_JOB]


async def _read_files(
    places: Sequence[ObjectPlace], found: JobModules, context: UnitContext
) -> list[tuple[ObjectPlace, bytes]]:
    read = []
    for place in places:
        try:
            file = await _fetch(place, context)
        except AwsError as error:
            if isinstance(error, Retryable) and not context.last_attempt:
                raise
            found.warnings.append(f"imported modules could not be read: {error}")
            if isinstance(error, AwsNotFound):
                found.tags[place] = ""
            found.is_complete = False
            continue
        found.tags[place] = file.tag
        read.append((place, file.text))
    return read


async def _fetch(place: ObjectPlace, context: UnitContext) -> Script:
    run = context.run
    known = context.module_cache.get(run.run_id, run.source, place)
    if known is None:
        known = await fetch_script(context.connection, *place, limit=MODULE_FILE_LIMIT)
        context.module_cache.put(run.run_id, run.source, place, known)
    return known


def _open_all(files: Sequence[tuple[ObjectPlace, bytes]], found: JobModules) -> list[ModuleSource]:
    opened = []
    for (bucket, key), data in files:
        source = open_modules(key, data)
        if source is None:
            found.warnings.append(f"s3://{bucket}/{key} holds no modules that could be read")
            found.is_complete = False
        else:
            opened.append(source)
    return opened


async def _read_beside(
    text: str,
    known: tuple[FoundModules, Sequence[ModuleSource]],
    at: ScriptLocation,
    found: JobModules,
    context: UnitContext,
) -> FoundModules:
    """Read missing modules from the script's own folder; one that is not there is no failure."""
    modules, opened = known
    folder = at.key.rpartition("/")[0]
    texts: dict[str, str] = {}
    asked: set[ObjectPlace] = set()
    for _ in range(_ROUNDS):
        wanted = [
            (name, (at.bucket, f"{folder}/{path}" if folder else path))
            for name in modules.missing
            for path in _list_paths(name)
        ]
        wanted = [(name, place) for name, place in wanted if place not in asked]
        wanted = wanted[: _BESIDE_A_JOB - len(asked)]
        if not wanted:
            break
        asked.update(place for _, place in wanted)
        read = await asyncio.gather(*(_try_fetch(place, found, context) for _, place in wanted))
        new = {
            name: source
            for (name, place), file in zip(wanted, read, strict=True)
            if file is not None and (source := _decode(place, file.text)) is not None
        }
        if not new:
            break
        texts = {**new, **texts}
        modules = await asyncio.to_thread(find_modules, text, [*opened, SourceTexts(texts)])
    return modules


def _list_paths(name: str) -> list[str]:
    path = name.replace(".", "/")
    return [f"{path}.py"] if "." in name else [f"{path}.py", f"{path}/__init__.py"]


def _decode(place: ObjectPlace, data: bytes) -> str | None:
    source = open_modules(place[1], data)
    name = place[1].rpartition("/")[2].removesuffix(".py")
    return None if source is None else source.find(name)


async def _try_fetch(place: ObjectPlace, found: JobModules, context: UnitContext) -> Script | None:
    """Return an object; None for one that is not there or may not be read."""
    try:
        file = await _fetch(place, context)
    except AwsNotFound:
        found.tags[place] = ""
        return None
    except AwsError as error:
        if isinstance(error, Retryable) and not context.last_attempt:
            raise
        return None
    found.tags[place] = file.tag
    return file


def encode_places(places: Iterable[ObjectPlace]) -> tuple[str, ...]:
    """Write places in ASCII, in a form that no name of a table has."""
    return tuple(f"s3://{bucket}/{quote(key, errors='surrogatepass')}" for bucket, key in places)


def decode_places(inputs: Iterable[str]) -> list[ObjectPlace]:
    """Undo ``encode_places``, for those of ``inputs`` that are places."""
    found = (_S3.fullmatch(name) for name in inputs)
    return [(each[1], unquote(each[2], errors="surrogatepass")) for each in found if each]
