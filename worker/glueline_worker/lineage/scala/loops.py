"""Loops, also those that Scala writes as methods of collections."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from glueline_worker.lineage.scala.control import Control
from glueline_worker.lineage.scala.lexer import Token
from glueline_worker.lineage.scala.patterns import bound

_ALWAYS_LOOPS = frozenset({"foldLeft", "foreach"})
_LOOPS = _ALWAYS_LOOPS | {"filter", "flatMap", "map", "reduce", "reduceLeft", "withFilter"}
"""Frames have ``map`` and ``filter`` too: those are loops only over known collections."""


class Loops(Control):
    """Reads loops."""

    def repeated(self, word: str, line: int) -> str:
        """``for``, ``while`` or ``do``."""
        handlers = {"for": self._for, "while": self._while}
        return handlers.get(word, self._do)(line)

    def _while(self, line: int) -> str:
        with self.code.block(f"while {self.condition()}:", line):
            self.code.emit(self.branch(), line)
        return "None"

    def _do(self, line: int) -> str:
        self.code.emit(self.branch(), line)
        self.skip_lines()
        if self.take("while"):
            self.condition()
        return "None"

    def _for(self, line: int) -> str:
        value = self._empty_list(line)
        opening = self.next()
        with ExitStack() as loops:
            while self.position < opening.partner:
                self.skip_lines()
                start = self.position
                self._enumerator(loops)
                if self.position == start:
                    self.next()
            self.leave(opening)
            yields = self.take("yield")
            found = self.branch()
            self.code.emit(f"{value}.append({found})" if yields else found, line)
        return value

    def _empty_list(self, line: int) -> str:
        value = self.code.name()
        self.code.emit(f"{value} = []", line)
        self.names.shapes[value] = "sequence"
        return value

    def _enumerator(self, loops: ExitStack) -> None:
        """``x <- xs``, ``x = value`` or ``if condition`` inside ``for``."""
        line = self.token.line
        if self.take("if"):
            loops.enter_context(self.code.block(f"if {self.expression()}:", line))
            return
        names = bound(self.pattern("<-", "=", ";", ")", "}")) or [self.code.name("item")]
        if self.locals:
            self.locals[-1].update(names)
        if self.take("<-"):
            header = self._each(names, self.expression())
            loops.enter_context(self.code.block(header, line))
        elif self.take("="):
            self.code.emit(f"{', '.join(names)} = {self.expression()}", line)

    def _each(self, names: Sequence[str], target: str) -> str:
        pairs = len(names) > 1 and self.shape(target) == "map"
        return f"for {', '.join(names)} in {target}{'.items()' if pairs else ''}:"

    def loop(self, target: str, method: str) -> str | None:
        """``target.foreach(…)`` and its siblings; None if ``target`` is no collection."""
        known = self.shape(target) in {"map", "sequence"}
        if method not in (_LOOPS if known else _ALWAYS_LOOPS):
            return None
        line = self.token.line
        if method == "foldLeft":
            start = self.arguments().get(0) or "None"
            return self._fold(start, target, line)
        if method.startswith("reduce"):
            return self._fold(f"{target}[0]", f"{target}[1:]", line)
        value = self._empty_list(line)
        self._each_item(target, method, value, line)
        return value

    def _each_item(self, target: str, method: str, value: str, line: int) -> None:
        opening = self.next()
        if self.at("{") and opening.text == "(":  # foreach({ x => … })
            opening = self.next()
        self.skip_lines()
        names, body = self._item_function(opening)
        if self.locals:
            self.locals[-1].update(names)
        with self.code.block(self._each(names, target), line):
            found = body()
            if method in {"map", "flatMap"}:
                self.code.emit(
                    f"{value}.{'append' if method == 'map' else 'extend'}({found})", line
                )
            elif method == "foreach":
                self.code.emit(found, line)
            else:
                self.code.emit(f"{value}.append({names[0]})", line)
        self.leave(opening)
        self.take(")")

    def _item_function(self, opening: Token) -> tuple[list[str], Callable[[], str]]:
        """The parameters and the body of the function that is called for each item."""
        in_braces = opening.text == "{"
        body = (lambda: self.statements("}")) if in_braces else self.branch
        if self.at("case") and self._has_one_case(opening):
            self.next()
            names = bound(self.pattern("=>")) or [self.code.name("item")]
            self.take("=>")
            return names, lambda: self.statements("}")
        if self.at("case"):
            item = self.code.name("item")
            return [item], lambda: self.cases(item)
        if self.is_function() or (in_braces and self.is_typed_parameter()):
            return self.parameters() or [self.code.name("item")], body
        item = self.code.name("item")
        function = self.argument()
        return [item], lambda: f"{function}({item})"

    def _has_one_case(self, opening: Token) -> bool:
        position, found = self.position, 0
        while position < opening.partner:
            token = self.tokens[position]
            found += token.kind == "id" and token.text == "case"
            position = token.partner + 1 if token.partner > position else position + 1
        return found == 1

    def _fold(self, start: str, target: str, line: int) -> str:
        value = self.code.name()
        item = self.code.name("item")
        self.code.emit(f"{value} = {start}", line)
        function = self.arguments().get(0) if self.at("(") else self.block()
        with self.code.block(f"for {item} in {target}:", line):
            self.code.emit(f"{value} = {function}({value}, {item})", line)
        return value
