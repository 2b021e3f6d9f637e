"""What follows a value: members, arguments and blocks."""

from abc import abstractmethod

from glueline_worker.lineage.scala import methods
from glueline_worker.lineage.scala.cursor import Cursor
from glueline_worker.lineage.scala.declarations import MAPS, SEQUENCES, Names, Shape
from glueline_worker.lineage.scala.lexer import Token
from glueline_worker.lineage.scala.methods import Arguments
from glueline_worker.lineage.scala.options import Text, json_expression
from glueline_worker.lineage.scala.python_writer import Code

_COLLECTIONS = SEQUENCES | MAPS | {"Arrays"}
_PACKAGES = frozenset({"collection", "immutable", "mutable"})
_WRAPPERS = frozenset({"Some", "Option", "Right", "Left", "Success", "Try", "BigDecimal"})
_TAKES_BLOCK = _WRAPPERS | {"Future", "blocking"}
_HOLDS_NO_ITEMS = frozenset({"function", "number"})
_JSON = "JsonOptions"


class Calls(Cursor):
    """Reads members and calls of what was read before."""

    def __init__(self, tokens: list[Token], names: Names, code: Code) -> None:
        super().__init__(tokens, names, code)
        self.pairs: dict[str, tuple[str, str]] = {}
        """The two sides of ``a -> b``, by the expression that it became."""
        self.texts: dict[str, Text] = {}
        """The pieces of the texts that were read, by their expressions and by variables."""

    @abstractmethod
    def arguments(self) -> Arguments:
        """The arguments in parentheses at the cursor."""

    @abstractmethod
    def block(self) -> str:
        """The value of the last expression in braces."""

    @abstractmethod
    def loop(self, target: str, method: str) -> str | None:
        """``target.foreach(…)`` and its siblings; None if ``target`` is no collection."""

    @abstractmethod
    def name(self, name: str) -> str:
        """What a name means where it stands."""

    def postfix(self, value: str) -> str:
        """``value`` with all that follows it."""
        while True:
            line = self.token.line
            if self.take("."):
                value = self._member(value, self.next().text)
            elif self.at("["):
                self.skip_group()
            elif self.at("("):
                value = self.applied(value, self._all_arguments(value))
            elif self.at("{") and (value in self.names.functions or value in _TAKES_BLOCK):
                value = self.applied(value, Arguments([self.block()]))
            elif self.at("_") and self.ahead().text not in {"=>", ".", "("}:
                self.next()  # the function itself: load _
            else:
                return value
            value = self.code.short(value, line)

    def _all_arguments(self, callee: str) -> Arguments:
        """The arguments of a call, those of a curried function in one list."""
        found = self.arguments()
        while self.at("(") and callee.removeprefix("self.") in self.names.curried:
            more = self.arguments()
            found = Arguments([*found.positional, *more.positional], {**found.named, **more.named})
        return found

    def _member(self, target: str, name: str) -> str:
        if target in self.names.objects or (target == "self" and not self.members):
            return self.name(name)
        self.skip_type_arguments()
        if self.at("(", "{") and (looped := self.loop(target, name)) is not None:
            return looped
        if self.at("(", "{"):
            arguments = self.arguments() if self.at("(") else Arguments([self.block()])
            return self.method(target, name, arguments)
        if name == "empty" and target in _COLLECTIONS:
            return self.applied(target, Arguments())
        package = target.rpartition(".")[2] in _PACKAGES
        return name if package else methods.selected(target, name)

    def method(self, target: str, name: str, arguments: Arguments) -> str:
        """``target.name(arguments)``."""
        if name in {"put", "setProperty", "update"} and len(arguments.positional) > 1:
            key, value = arguments.positional[:2]
            self.code.emit(f"{target}[{key}] = {value}", self.token.line)
            return target
        if name == "format" and self.shape(target) == "text":
            return methods.formatted(target, arguments)
        if name in _COLLECTIONS | {_JSON}:  # mutable.Map(…)
            return self.applied(name, arguments)
        if name == "apply" or (name in {"asList", "of"} and target in _COLLECTIONS):
            return self.applied(target, arguments)
        if name == "getResolvedOptions":
            return f"getResolvedOptions({arguments.text()})"
        return methods.called(target, name, arguments)

    def applied(self, callee: str, arguments: Arguments) -> str:
        """``callee(arguments)``: a call, a collection, or an item of one."""
        first = arguments.get(0)
        if callee in _COLLECTIONS:
            return self._collection(callee, arguments)
        if first is None:
            return f"{callee}({arguments.text()})"
        if callee in _WRAPPERS:
            return first
        if callee == _JSON:
            parsed = json_expression(self.texts[first]) if first in self.texts else None
            return parsed or (first if self.shape(first) == "map" else f"json.loads({first})")
        if callee == "DynamicFrame" and len(arguments.positional) > 1:
            return f'DynamicFrame.fromDF({first}, {arguments.positional[1]}, "frame")'
        return (
            f"{callee}[{first}]" if self._is_item(callee, arguments) else _call(callee, arguments)
        )

    def _collection(self, callee: str, arguments: Arguments) -> str:
        if callee not in MAPS:
            return f"[{', '.join(arguments.positional)}]"
        pairs = (self.pairs.get(item) for item in arguments.positional)
        return f"{{{', '.join(f'{pair[0]}: {pair[1]}' for pair in pairs if pair)}}}"

    def _is_item(self, callee: str, arguments: Arguments) -> bool:
        """A variable with one argument is asked for an item, unless it holds a function."""
        name = callee.removeprefix("self.")
        return (
            len(arguments.positional) == 1
            and not arguments.named
            and name not in self.names.functions | self.names.classes
            and self.names.shapes.get(name, "function") not in _HOLDS_NO_ITEMS
        )

    def shape(self, expression: str) -> Shape:
        """What an expression holds, as far as its form or its name tell."""
        if expression.startswith("{"):
            return "map"
        if expression.startswith(("[", "list(", "range(")):
            return "sequence"
        if expression in self.texts:
            return "text"
        return self.names.shapes.get(expression.removeprefix("self."), "value")


def _call(callee: str, arguments: Arguments) -> str:
    return f"{callee}({arguments.text()})"
