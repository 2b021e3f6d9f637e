"""The names that a Scala script declares, found before it is translated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from glueline_worker.lineage.scala.lexer import ScalaToken
from glueline_worker.lineage.word_sets import split_words

Shape = Literal["map", "sequence", "text", "number", "function", "value"]

SEQUENCES = split_words(
    "Array ArrayBuffer Buffer IndexedSeq Iterable Iterator List ListBuffer Queue Seq Set "
    "Stream Vector"
)
MAPS = frozenset(["HashMap", "LinkedHashMap", "ListMap", "Map", "Properties", "TreeMap"])
_NUMBERS = split_words("BigDecimal BigInt Boolean Double Float Int Integer Long Short false true")
_HEADER_LIMIT = 500
"""The most tokens between a name and the braces of its definition."""
_WRAPPERS = frozenset(["scala", "collection", "mutable", "immutable", "java", "util", "new", "."])


@dataclass(slots=True)
class Declarations:
    """The definitions of a script, by name, without regard to scopes."""

    functions: set[str] = field(default_factory=set)
    curried: set[str] = field(default_factory=set)
    """Functions with several lists of parameters."""
    values: set[str] = field(default_factory=set)
    """Functions without parameters and parentheses, whose name alone is a call."""
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The names that each class and trait defines."""
    objects: set[str] = field(default_factory=set)
    """Objects whose members are called without their names."""
    classes: set[str] = field(default_factory=set)
    shapes: dict[str, Shape] = field(default_factory=dict)
    """The kinds of the variables' values, as far as their types or first values show them."""

    def list_members(self, classes: Iterable[str]) -> list[str]:
        """List the names that ``classes`` define."""
        return [name for each in classes for name in self.members.get(each, ())]


def find_declarations(tokens: Sequence[ScalaToken]) -> Declarations:
    """Read the definitions of a whole script."""
    names = Declarations()
    for index, token in enumerate(tokens[:-2]):
        name = tokens[index + 1].text
        if token.kind != "id" or tokens[index + 1].kind != "id":
            if token.text == ":" and index and tokens[index - 1].kind == "id":
                names.shapes.setdefault(tokens[index - 1].text, _read_shape(tokens, index + 1))
        elif token.text == "def":
            names.functions.add(name)
            if _is_value(tokens, index + 2):
                names.values.add(name)
            if _is_curried(tokens, index + 2):
                names.curried.add(name)
        elif token.text == "object":
            names.objects.add(name)
        elif token.text in {"class", "trait"}:
            names.classes.add(name)
            names.members[name] = _find_class_members(tokens, index + 2)
        elif token.text in {"val", "var"}:
            names.shapes[name] = _find_shape(tokens, index + 2)
    names.objects -= _find_singletons(tokens, names)
    return names


def _find_singletons(tokens: Sequence[ScalaToken], names: Declarations) -> set[str]:
    """Find the objects that extend classes of the script: two may have members of one name."""
    found = set()
    waiting = ""
    for index, token in enumerate(tokens[:-1]):
        if token.text == "object" and token.kind == "id":
            waiting = tokens[index + 1].text
        elif token.kind in {"newline", "end"} or token.text == "{":
            waiting = ""
        elif token.text in {"extends", "with"} and tokens[index + 1].text in names.classes:
            found.add(waiting)
    return found


def _is_value(tokens: Sequence[ScalaToken], index: int) -> bool:
    """Tell whether a function has no parameters, and a body."""
    if tokens[index].text == "[" and tokens[index].partner > index:
        index = tokens[index].partner + 1
    end = min(index + _HEADER_LIMIT, len(tokens))
    while index < end and tokens[index].kind not in {"newline", "end"}:
        token = tokens[index]
        if token.text == "(":
            return False
        if token.text in {"=", "{"}:
            return True
        index = token.partner + 1 if token.partner > index else index + 1
    return False


def _find_class_members(tokens: Sequence[ScalaToken], index: int) -> tuple[str, ...]:
    """Return what a class defines in its braces, which stand behind its header."""
    end = min(index + _HEADER_LIMIT, len(tokens))
    while index < end and tokens[index].kind not in {"newline", "end"}:
        token = tokens[index]
        if token.text == "{":
            return tuple(find_members(tokens, index, token.partner))
        index = token.partner + 1 if token.partner > index else index + 1
    return ()


def find_members(tokens: Sequence[ScalaToken], start: int, end: int) -> list[str]:
    """Return the names that stand in definitions between two braces, not in braces between."""
    found = []
    position = start + 1
    while 0 <= position < end:
        token = tokens[position]
        if token.kind == "id" and token.text in {"def", "val", "var"}:
            found.append(tokens[position + 1].text)
        position = token.partner + 1 if token.partner > position else position + 1
    return found


def _is_curried(tokens: Sequence[ScalaToken], index: int) -> bool:
    first = tokens[index]
    if first.text != "(" or not 0 <= first.partner < len(tokens) - 2:
        return False
    second, word = tokens[first.partner + 1], tokens[first.partner + 2]
    return second.text == "(" and word.text != "implicit"


def _find_shape(tokens: Sequence[ScalaToken], index: int) -> Shape:
    """Return the shape of ``val x: Type = value``."""
    if tokens[index].text == ":":
        shape = _read_shape(tokens, index + 1)
        if shape != "value":
            return shape
        while tokens[index].text != "=" and tokens[index].kind not in {"newline", "end"}:
            index += 1
    return _read_shape(tokens, index + 1) if tokens[index].text == "=" else "value"


def _read_shape(tokens: Sequence[ScalaToken], index: int) -> Shape:
    """Return the shape that a type or an expression begins with."""
    while index < len(tokens) - 1 and tokens[index].text in _WRAPPERS:
        index += 1
    token = tokens[index]
    after = tokens[min(index + 1, len(tokens) - 1)]
    if token.text == "(" and token.partner > 0:
        arrow = tokens[min(token.partner + 1, len(tokens) - 1)]
        return "function" if arrow.text == "=>" else "value"
    if after.text in {"=>", "_"}:
        return "function"
    if token.kind == "number" or token.text in _NUMBERS:
        return "number"
    if token.kind == "string" or token.text == "String":
        return "text"
    if token.text in MAPS:
        return "map"
    return "sequence" if token.text in SEQUENCES else "value"
