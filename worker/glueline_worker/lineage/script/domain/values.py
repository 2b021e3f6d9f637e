"""The abstract values that a script's expressions have.

Python's own ``str``, numbers, ``list``, ``tuple``, ``dict``, ``set`` and ``None`` stand for
themselves; a text has a placeholder for a part that is known only at run time (``template_text``).
What Python has no value for is one of the classes here.
"""

import ast
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self

from msgspec import Struct

from glueline.contract.lineage import Effect, Transformation

NESTING_LIMIT = 8
_PATH_LIMIT = 200

Value = Any


class External(Struct, frozen=True):
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


COMMAND_LINE = "argv"
"""The label of items of ``sys.argv`` whose position is known only at run time."""


class Frame(Struct, frozen=True):
    """Data that flows: the graph node that yields it.

    ``kind`` is ``data`` (a frame of any library), ``collection`` (of frames with unknown keys),
    ``grouped`` (after a groupBy), ``rows`` (what is left of a frame in plain Python), ``row``
    (one of them, by its number) or ``scalar`` (a figure, which tells about the data but carries
    none of it).
    """

    node: str
    kind: str = "data"
    label: str = "unknown"


class OneOf(Struct, frozen=True):
    """One of several values; only a run knows which."""

    options: tuple[Value, ...]
    is_cut: bool = False
    """True if there are more than the limit lets in."""


class ColumnName(NamedTuple):
    """A column that an expression names, and what the expression makes of its values.

    ``node`` is None when the expression does not say of which frame the column is.
    """

    node: str | None
    name: str
    transformation: Transformation = "identity"


@dataclass(frozen=True, slots=True)
class Column:
    """A Spark column expression: the columns that it is made of, and its name.

    ``is_known`` is False when it may be made of further columns.
    """

    refs: tuple[ColumnName, ...] = ()
    name: str | None = None
    """The name of the column that it makes; None where only Spark knows it."""
    is_known: bool = True
    text: str | None = None
    """As Spark shows it inside another expression, if that is not its name."""
    deciders: tuple[tuple[ColumnName, Effect], ...] = ()
    """Columns that only decide which value it has."""
    names: tuple[str, ...] = ()
    """The names of the columns that a generator makes, where they are several."""
    fields: tuple[tuple[str, "Column"], ...] = field(default=(), compare=False)
    """The fields of a struct that it builds. They are not compared: structs share them."""
    shape: ColumnName | None = None
    """The column whose struct's fields it has, if it is not that column itself."""
    kind: Literal["value", "plain", "item", "star", "pattern", "inline", "exploded", "renamed"] = (
        "value"
    )
    """``plain`` is a column itself or what it holds, ``item`` its ``["key"]``, ``star`` all
    columns, ``pattern`` all those that a regular expression matches, ``inline`` all fields of a
    struct, ``exploded`` the items of an array, or the keys and values of a map, ``renamed`` a
    column that is not known, under a name that is not known."""

    @property
    def shown(self) -> str | None:
        """The expression as Spark shows it inside another one."""
        return self.name if self.text is None else self.text


class VariableScope:
    """The variables of a module, class or call; ``parent`` encloses it."""

    __slots__ = ("globals", "parent", "place", "vars", "yields")

    def __init__(self, parent: "VariableScope | None" = None, place: str = "") -> None:
        self.place: str = parent.place if parent is not None else place
        """The name of the imported module that this belongs to; "" for the script's own."""
        self.vars: dict[Any, Value] = {}
        self.parent = parent
        self.globals: set[str] = set()
        self.yields: list[Value] = []

    def find(self, name: str) -> Value:
        """Return a variable of this scope or an outer one; ``MISSING`` where none has it."""
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
    subclasses: list[Value] = field(default_factory=list)

    def find(self, name: str, depth: int = 0) -> Value:
        """Return the attribute ``name`` of the class or its bases; ``MISSING`` if none has it."""
        if name in self.scope.vars:
            return self.scope.vars[name]
        for base in self.bases if depth < NESTING_LIMIT else ():
            if isinstance(base, Class) and (found := base.find(name, depth + 1)) is not MISSING:
                return found
        return MISSING


@dataclass(eq=False, slots=True)
class Module:
    """A module that the script imports, and whose source is at hand."""

    name: str
    scope: VariableScope
    package: str = ""
    """Where its relative imports start from."""


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class of the script."""

    cls: Class
    attributes: dict[Any, Value] = field(default_factory=dict)


class Method(Struct, frozen=True):
    """A library's method that is held as a value."""

    receiver: Value
    name: str


class Missing(Struct, frozen=True):
    """No value at all."""


MISSING = Missing()


class JobArgument(str):
    """A text from the job's arguments: a run may be started with another one.

    ``name`` is the argument's, as its placeholder would show it; "" for a part of one.
    """

    __slots__ = ("name",)
    name: str

    def __new__(cls, text: str, name: str = "") -> Self:
        """Make the text of an argument."""
        made = super().__new__(cls, text)
        made.name = name
        return made


class ListedKey(str):
    """The key of an object in a listing: what follows its prefix may have any number of parts."""

    __slots__ = ()


class DataText(str):
    """A text with data in it, such as the content of an object: the graph nodes that yield it."""

    __slots__ = ("nodes",)
    nodes: tuple[str, ...]

    def __new__(cls, text: str, nodes: tuple[str, ...]) -> Self:
        """Make a text with the data of ``nodes`` in it."""
        made = super().__new__(cls, text)
        made.nodes = nodes
        return made


class MinimumLength(int):
    """A length that is a lower bound only, because a loop of unknown length may add to it."""

    __slots__ = ()


class ColumnList(list[Value]):
    """The columns of a frame, of which a condition that is not understood may leave some out."""


class GivenList(list[Value]):
    """A list that the script writes down: while it is unchanged, it is known to have items."""

    is_changed = False


class GivenDict(dict[Any, Value]):
    """A dict that the script writes down: while it is unchanged, it is known to have items."""

    is_changed = False


class DefaultDict(dict[Any, Value]):
    """A ``defaultdict``, by the name of its factory."""

    def __init__(self, factory: str, known: "dict[Any, Value] | None" = None) -> None:
        super().__init__(known or {})
        self.factory = factory

    def make(self) -> Value:
        """Make what a key has that is asked for first."""
        return {} if self.factory == "dict" else []


class JobArguments(dict[Any, Value]):
    """The job's arguments, as ``getResolvedOptions`` returns them."""
