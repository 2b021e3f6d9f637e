"""The abstract values that a script's expressions have.

Python's own ``str``, numbers, ``list``, ``tuple``, ``dict``, ``set`` and ``None`` stand for
themselves; a text has a placeholder for a part that is known only at run time (``template_text``).
What Python has no value for is one of the classes here.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from types import MappingProxyType
from typing import Any, ClassVar

from glueline_worker.lineage.script.domain.limits import report_limit

ALTERNATIVES_LIMIT = 16
"""The most alternatives of one value; further ones are left out."""
NESTING_LIMIT = 8
_PATH_LIMIT = 200

Value = Any


@dataclass(frozen=True, slots=True)
class External:
    """Something from outside the script, by its dotted path.

    ``label`` stands in names that are made of it: ``arg:x``, ``date``, ``loop:table`` …
    """

    path: str
    label: str = "unknown"

    @property
    def name(self) -> str:
        """The last part of the path, without the parentheses of a call."""
        return self.path.rpartition(".")[2].removesuffix("()")

    def part(self, name: str) -> "External":
        """Return the attribute, item or result ``name`` of this."""
        path = f"{self.path}.{name}" if len(self.path) < _PATH_LIMIT else name
        return External(path, self.label)


UNKNOWN = External("")


@dataclass(frozen=True, slots=True)
class Frame:
    """Data that flows: the graph node that yields it.

    ``kind`` is ``data`` (a frame of any library), ``collection`` (of frames with unknown keys),
    ``grouped`` (after a groupBy), ``rows`` (what is left of a frame in plain Python), ``row``
    (one of them, by its number) or ``scalar`` (a figure, which tells about the data but carries
    none of it).
    """

    node: str
    kind: str = "data"
    label: str = "unknown"


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several values; only a run knows which."""

    options: tuple[Value, ...]
    is_cut: bool = False
    """True if there are more than the limit lets in."""


@dataclass(frozen=True, slots=True)
class Column:
    """A Spark column expression: the columns that it is made of, and its name.

    A reference's node is None when the expression does not say of which frame the column is.
    ``is_known`` is False when it may be made of further columns.
    """

    refs: tuple[tuple[str | None, str], ...] = ()
    name: str | None = None
    is_known: bool = True


class VariableScope:
    """The variables of a module, class or call; ``parent`` encloses it."""

    __slots__ = ("globals", "parent", "vars", "yields")

    def __init__(self, parent: "VariableScope | None" = None) -> None:
        self.vars: dict[Any, Value] = {}
        self.parent = parent
        self.globals: set[str] = set()
        self.yields: list[Value] = []

    def find(self, name: str) -> Value:
        """Return a variable of this scope or one around it; ``MISSING`` where none has it."""
        scope: VariableScope | None = self
        while scope is not None:
            if name in scope.vars:
                return scope.vars[name]
            scope = scope.parent
        return MISSING


@dataclass(eq=False, slots=True)
class Function:
    """A function of the script; ``bound`` is the instance or class that it is a method of."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: VariableScope
    name: str
    defaults: tuple[Value, ...] = ()
    keyword_defaults: tuple[Value, ...] = ()
    owner: "Class | None" = None
    bound: Value = None

    def bind(self, instance: Value) -> "Function":
        """Return the method of ``instance``."""
        return Function(
            self.node,
            self.scope,
            self.name,
            self.defaults,
            self.keyword_defaults,
            self.owner,
            instance,
        )

    @property
    def decorators(self) -> set[str]:
        """The last names of the decorators, such as ``property`` and ``staticmethod``."""
        found = set()
        for decorator in getattr(self.node, "decorator_list", ()):
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            found.add(
                target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
            )
        return found


@dataclass(eq=False, slots=True)
class Class:
    """A class of the script."""

    name: str
    bases: tuple[Value, ...]
    scope: VariableScope
    fields: tuple[str, ...] = ()

    def find(self, name: str, depth: int = 0) -> Value:
        """Return the attribute ``name`` of the class or its bases; ``MISSING`` if none has it."""
        if name in self.scope.vars:
            return self.scope.vars[name]
        for base in self.bases if depth < NESTING_LIMIT else ():
            if isinstance(base, Class) and (found := base.find(name, depth + 1)) is not MISSING:
                return found
        return MISSING


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class of the script."""

    cls: Class
    attributes: dict[Any, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Method:
    """A library's method that is held as a value."""

    receiver: Value
    name: str


class LibraryObject:
    """An object of a library with a state of its own: a reader, a writer, a client, a buffer.

    A model derives the objects of its library from this class and overrides what they can do.
    ``state`` and ``call`` are a ``State`` and a ``Call``, which are built on the values here.
    """

    operators: ClassVar[Mapping[type[ast.operator], str]] = MappingProxyType({})
    """The method that each operator stands for."""
    text: Value = None
    """The object as ``str()`` shows it, where that tells anything."""

    def get_attribute(self, state: Any, name: str) -> Value:  # noqa: ARG002 - for those who override
        """Return ``object.name``."""
        return Method(self, name)

    def get_item(self, state: Any, key: Value) -> Value:  # noqa: ARG002
        """Return ``object[key]``."""
        return self

    def set_item(self, key: Value, value: Value) -> None:
        """Run ``object[key] = value``."""

    def call(self, call: Any) -> Value:  # noqa: ARG002
        """Call the method ``call.name``; the name is ``__call__`` where the object is called."""
        return self

    def get_element(self, label: str) -> Value:  # noqa: ARG002
        """Return any item of a loop over the object; ``MISSING`` where it is no collection."""
        return MISSING

    def list_contents(self) -> Iterable[Value]:
        """List the values whose data flows wherever the object goes."""
        return ()


@dataclass(frozen=True, slots=True)
class Missing:
    """No value at all."""


MISSING = Missing()


class JobArgument(str):
    """A text from the job's arguments: a run may be started with another one."""

    __slots__ = ()


class ListedKey(str):
    """The key of an object in a listing: what follows its prefix may have any number of parts."""

    __slots__ = ()


class MinimumLength(int):
    """A length that is a lower bound only, because a loop of unknown length may add to it."""

    __slots__ = ()


def name_set(text: str) -> frozenset[str]:
    """Split ``text`` into a set of names."""
    return frozenset(text.split())


def get_alternatives(value: Value) -> tuple[Value, ...]:
    """Return the alternatives of ``value``; itself when there is only one."""
    report_cut(value)
    return _list_alternatives(value)


def report_cut(value: Value) -> None:
    """Say that some alternatives of a value that is used now were left out."""
    if isinstance(value, OneOf) and value.is_cut:
        report_limit(
            f"of a value with more than {ALTERNATIVES_LIMIT} alternatives some are left out"
        )


def _list_alternatives(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, OneOf) else (value,)


def join_values(values: Iterable[Value]) -> Value:
    """Make one value that may be any of ``values``."""
    found: list[Value] = []
    is_cut = False
    for value in values:
        is_cut = is_cut or (isinstance(value, OneOf) and value.is_cut)
        for option in _list_alternatives(value):
            if not any(option is other or _is_same(option, other) for other in found):
                found.append(option)
            if len(found) > ALTERNATIVES_LIMIT:
                return OneOf(tuple(found), is_cut=True)
    if not found:
        return UNKNOWN
    return found[0] if len(found) == 1 else OneOf(tuple(found), is_cut)


def _is_same(one: Value, other: Value) -> bool:
    if type(one) is not type(other):
        return False
    try:
        return bool(one == other)
    except RecursionError:
        return False


def combine_alternatives(values: Iterable[Value]) -> list[tuple[Value, ...]]:
    """List each way to choose one alternative of every value.

    Alternatives of equal number are taken to come from the same branch, and are walked in step.
    """
    rows = [_without_none(get_alternatives(value)) for value in values]
    lengths = {len(row) for row in rows if len(row) > 1}
    if not lengths:
        return [tuple(row[0] for row in rows)]
    if len(lengths) == 1:
        size = lengths.pop()
        return [tuple(row[at if len(row) > 1 else 0] for row in rows) for at in range(size)]
    found = []
    for combination in product(*rows):
        found.append(combination)
        if len(found) >= ALTERNATIVES_LIMIT:
            break
    if (count := prod(map(len, rows))) > len(found):
        report_limit(
            f"{count:,} combinations of values are possible; {count - len(found):,} are left out"
        )
    return found


def _without_none(options: tuple[Value, ...]) -> tuple[Value, ...]:
    """Leave out None, which a variable holds only until it is set."""
    if len(options) == 1:
        return options
    return tuple(option for option in options if option is not None) or options


def expand_alternatives(mapping: dict[Any, Value]) -> list[dict[Any, Value]]:
    """List each way to choose one alternative of every value of ``mapping``."""
    keys = list(mapping)
    return [dict(zip(keys, row, strict=True)) for row in combine_alternatives(mapping.values())]


class JobArguments(dict[Any, Value]):
    """The job's arguments, as ``getResolvedOptions`` returns them."""
