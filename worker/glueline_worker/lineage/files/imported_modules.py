"""The modules that a script imports: their names in its text, and their sources in archives.

Only what is imported is taken out of an archive, so that a large library beside the job's own
helpers costs nothing. Nothing is executed.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import Protocol

from msgspec import Struct

from glueline_worker.lineage.script.source.parser import decode_script
from glueline_worker.lineage.word_sets import split_words

MODULES_LIMIT = 200
"""The most modules that are taken for one script."""
_SIZE_LIMIT = 2_000_000
"""The most characters of all modules of one script."""
_MODULE_SIZE = 400_000
_NAMES_LIMIT = 5_000
"""The most imported names that are looked for."""
_ENTRIES_LIMIT = 50_000
_DEPTH_LIMIT = 20
_IMPORT = re.compile(r"^[ \t\"]*+import[ \t]++(?P<names>[\w., \t]++)", re.MULTILINE)
_FROM = re.compile(
    r"^[ \t\"]*+from[ \t]++(?P<module>[\w.]++)[ \t]++import\b[ \t]*+"
    r"(?:\((?P<block>[^()]{0,5000}+)|(?P<names>[\w., \t]{0,500}+))",
    re.MULTILINE,
)
_ITEM = re.compile(r"[ \t\n]*+([A-Za-z_][\w.]*+)")
_COMMENT = re.compile(r"#[^\n]*+")
_LIBRARIES = sys.stdlib_module_names | split_words(
    "airflow aiobotocore aiohttp awsglue awswrangler boto boto3 botocore chispa click cryptography "
    "dateutil delta deltalake dotenv duckdb elasticsearch fsspec great_expectations gspread jinja2 "
    "jsonschema kafka loguru lxml matplotlib moto mysql numpy openpyxl oracledb pandas paramiko "
    "pendulum pg8000 pkg_resources polars psycopg psycopg2 py4j pyarrow pyathena pydantic "
    "pydeequ pyiceberg pymongo pymssql pymysql pyodbc pyspark pytest pytz redshift_connector "
    "requests requests_aws4auth s3fs scipy setuptools simplejson sklearn six smart_open snowflake "
    "sqlalchemy sqlglot tenacity toml tqdm urllib3 xlrd yaml"
)
"""Libraries that have a model of their own, or that move no data that Glue knows of."""


class ModuleSource(Protocol):
    """A place where modules are looked for."""

    def find(self, name: str) -> str | None:
        """Return the source of a module; None where there is none."""

    def is_package(self, name: str) -> bool:
        """Tell whether modules stand below ``name``."""


@dataclass
class SourceTexts:
    """Modules that were read one by one, by name."""

    texts: Mapping[str, str]

    def find(self, name: str) -> str | None:
        """Return the source of a module; None where there is none."""
        return self.texts.get(name)

    def is_package(self, name: str) -> bool:
        """Tell whether modules stand below ``name``."""
        return any(other.startswith(f"{name}.") for other in self.texts)


@dataclass
class ModuleArchive:
    """The modules of a zip, an egg or a wheel, which are unpacked when they are asked for."""

    archive: zipfile.ZipFile
    entries: dict[str, str] = field(default_factory=dict)
    """The names of the files, by module."""
    packages: frozenset[str] = frozenset()
    """The names that modules stand below."""
    unread: set[str] = field(default_factory=set)
    """The modules that were asked for, and are too long or damaged."""

    def find(self, name: str) -> str | None:
        """Return the source of a module; None where there is none, or none that can be read."""
        entry = self.entries.get(name)
        if entry is None:
            return None
        with suppress(Exception):  # a damaged stream raises the errors of its codec
            if self.archive.getinfo(entry).file_size <= _MODULE_SIZE:
                with self.archive.open(entry) as file:
                    return decode_script(file.read(_MODULE_SIZE))
        self.unread.add(name)
        return None

    def is_package(self, name: str) -> bool:
        """Tell whether modules stand below ``name``."""
        return name in self.packages


def open_modules(key: str, data: bytes) -> ModuleSource | None:
    """Open a file of modules by its name and content; None for one without any that can be read."""
    if not data.startswith(b"PK"):
        name = key.rpartition("/")[2]
        if not name.endswith(".py"):
            return None
        return SourceTexts({name.removesuffix(".py"): decode_script(data)})
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = archive.namelist()[:_ENTRIES_LIMIT]
    except Exception:  # noqa: BLE001 - any bytes may follow the two letters of a zip
        return None
    entries: dict[str, str] = {}
    for entry in names:
        if entry.endswith(".py") and (name := _name_module(entry)):
            entries.setdefault(name, entry)
    packages = frozenset(above for name in entries for above in _list_packages(name))
    return ModuleArchive(archive, entries, packages) if entries else None


def _list_packages(name: str) -> Iterator[str]:
    """List the packages around a module."""
    parts = name.split(".")[:-1][:_DEPTH_LIMIT]
    return accumulate(parts, lambda above, part: f"{above}.{part}")


def _name_module(entry: str) -> str:
    parts = entry.removesuffix(".py").strip("/").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


class FoundModules(Struct, frozen=True):
    """The modules that a script imports, directly or not."""

    sources: Mapping[str, str]
    missing: Sequence[str]
    """Names of modules that are nowhere, without well-known libraries."""
    left_out: int = 0
    """How many were found and left out: there are too many, or they are too long or damaged."""


def find_modules(script: str, places: Sequence[ModuleSource]) -> FoundModules:
    """Find the modules that ``script`` imports in ``places``, and those that they import."""
    found: dict[str, str] = {}
    missing: dict[str, None] = {}
    waiting = deque(islice(list_imports(script), _NAMES_LIMIT))
    seen: set[str] = set()
    size = left_out = 0
    while waiting and len(seen) < _NAMES_LIMIT:
        name = waiting.popleft()
        if name in seen or _is_library(name):
            continue
        seen.add(name)
        parent = name.rpartition(".")[0]
        if parent:
            waiting.append(parent)
        text = next((t for t in (place.find(name) for place in places) if t is not None), None)
        if text is None:
            if not any(place.is_package(name) for place in places):
                missing[name] = None
            continue
        if len(found) >= MODULES_LIMIT or size + len(text) > _SIZE_LIMIT:
            left_out += 1
            continue
        size += len(text)
        found[name] = text
        is_package = any(place.is_package(name) for place in places)
        waiting += islice(list_imports(text, name if is_package else parent), _NAMES_LIMIT)
    nowhere = [name for name in missing if name.rpartition(".")[0] not in found]
    archives = [place for place in places if isinstance(place, ModuleArchive)]
    left_out += sum(len(archive.unread) for archive in archives)
    return FoundModules(found, nowhere, left_out)


def _is_library(name: str) -> bool:
    return name.partition(".")[0] in _LIBRARIES


def list_imports(text: str, package: str = "") -> Iterator[str]:
    """List the names of modules that a text may import; ``from a import b`` may mean ``a.b``."""
    for found in _IMPORT.finditer(text):
        yield from _list_items(found["names"])
    for found in _FROM.finditer(text):
        module = _resolve(found["module"], package)
        if module:
            yield module
        names = _list_items(_COMMENT.sub("", found["block"] or found["names"] or ""))
        yield from (f"{module}.{name}" if module else name for name in names)


def _list_items(names: str) -> Iterator[str]:
    """List the names between commas, without what they are called in the script."""
    for item in names.split(","):
        if name := _ITEM.match(item):
            yield name[1]


def _resolve(module: str, package: str) -> str:
    """Return the full name of a module; ``.`` and ``..`` stand for packages around."""
    level = len(module) - len(module.lstrip("."))
    if not level:
        return module
    parts = package.split(".") if package else []
    base: Iterable[str] = parts[: max(0, len(parts) - level + 1)]
    return ".".join([*base, module[level:]] if module[level:] else base)
