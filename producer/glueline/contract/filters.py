"""Filters of databases, tables and jobs: globs that allow and globs that deny."""

import re
from fnmatch import translate
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo, WithJsonSchema

from glueline.contract.model import StrictModel

GLOB_LIMIT = 255
"""Glue's own limit of a name, in characters."""
_SPACE = r"[\s\x1c-\x1f\x85]"
"""The characters that Python strips, also for regular expressions of other languages."""
GLOBS_LIMIT = 1000
"""The most globs of a request."""
GLOBS_LENGTH_LIMIT = 50_000
"""The most characters of all globs of a request."""
_WILDCARDS = frozenset("*?[")
_CLASS = re.compile(r"\[!?\]?[^\]]*\]")


def _check_glob(glob: str) -> str:
    if not glob or glob != glob.strip():
        raise ValueError("a glob is a name with *, ? or [abc], without spaces around it")
    if len(glob) > GLOB_LIMIT:
        raise ValueError(f"a glob is at most {GLOB_LIMIT} characters long, this one is {len(glob)}")
    if "[" in _CLASS.sub("", glob):
        raise ValueError(f"the glob {glob!r} opens a bracket that it does not close")
    return glob


Glob = Annotated[
    str,
    AfterValidator(_check_glob),
    # The same checks as above, for other languages.
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": GLOB_LIMIT,
            "pattern": rf"^(?!{_SPACE})([^\[]|\[!?\]?[^\]]*\])+(?<!{_SPACE})$",
        }
    ),
]


class Globs(StrictModel):
    """Names that match an ``allow`` glob (all, when there is none) and no ``deny`` glob.

    Matching ignores case, because Glue stores names in lower case.
    """

    allow: tuple[Glob, ...] = ()
    deny: tuple[Glob, ...] = ()

    def admits(self, name: str) -> bool:
        """Tell whether ``name`` is asked for."""
        name = name.lower()
        if self.deny and _compile_globs(self.deny).matches(name):
            return False
        return not self.allow or _compile_globs(self.allow).matches(name)

    @property
    def exact_names(self) -> tuple[str, ...] | None:
        """The only names that can match, in lower case, when no glob has a wildcard."""
        if not self.allow or any(set(glob) & _WILDCARDS for glob in self.allow):
            return None
        return tuple(sorted({glob.lower() for glob in self.allow if self.admits(glob)}))

    def restrict_to(self, outer: "Globs") -> "Globs":
        """Return globs for names that both these and ``outer`` admit."""
        deny = tuple(dict.fromkeys((*self.deny, *outer.deny)))
        if self.allow and outer.allow:
            return _NestedGlobs(allow=self.allow, deny=deny, outer=outer)
        return Globs(allow=self.allow or outer.allow, deny=deny)


class _NestedGlobs(Globs):
    """Globs of a request inside those of its source; never part of a message."""

    outer: Globs

    def admits(self, name: str) -> bool:
        return super().admits(name) and self.outer.admits(name)


class _GlobMatcher:
    """Matches the names that any of some globs matches. Globs without wildcards are a set."""

    def __init__(self, globs: tuple[str, ...]) -> None:
        wild = [glob.lower() for glob in globs if set(glob) & _WILDCARDS]
        self._names = frozenset(glob.lower() for glob in globs if not set(glob) & _WILDCARDS)
        self._pattern = re.compile("|".join(map(translate, wild))) if wild else None

    def matches(self, name: str) -> bool:
        return name in self._names or bool(self._pattern and self._pattern.match(name))


@lru_cache(maxsize=64)
def _compile_globs(globs: tuple[str, ...]) -> _GlobMatcher:
    return _GlobMatcher(globs)


class Filters(StrictModel):
    """The globs of a request."""

    databases: Globs = Globs()
    tables: Globs = Globs()
    jobs: Globs = Globs()

    @property
    def globs(self) -> int:
        """The number of globs."""
        return len(self._globs())

    def _globs(self) -> list[str]:
        parts = (self.databases, self.tables, self.jobs)
        return [glob for part in parts for glob in (*part.allow, *part.deny)]

    def restrict_to(self, outer: "Filters") -> "Filters":
        """Return these filters, narrowed to what ``outer`` admits."""
        return Filters(
            databases=self.databases.restrict_to(outer.databases),
            tables=self.tables.restrict_to(outer.tables),
            jobs=self.jobs.restrict_to(outer.jobs),
        )


def _check_size(filters: Filters, info: ValidationInfo) -> Filters:
    """Refuse filters that are too large; filters that were accepted once stay accepted."""
    if info.context and info.context.get("is_stored"):
        return filters
    globs = filters._globs()  # noqa: SLF001 - of this module
    if len(globs) > GLOBS_LIMIT:
        raise ValueError(
            f"a request has at most {GLOBS_LIMIT:,} globs, this one has {len(globs):,}: "
            "use wildcards, or several sources with filters of their own"
        )
    if (length := sum(map(len, globs))) > GLOBS_LENGTH_LIMIT:
        raise ValueError(
            f"the globs of a request have at most {GLOBS_LENGTH_LIMIT:,} characters, these have "
            f"{length:,}: use wildcards, or several sources with filters of their own"
        )
    return filters


RequestFilters = Annotated[Filters, AfterValidator(_check_size)]
"""Filters of a request, bounded in number and length."""
