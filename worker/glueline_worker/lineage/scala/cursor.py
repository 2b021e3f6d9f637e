"""A cursor over the tokens of a Scala script."""

from glueline_worker.lineage.scala.lexer import ScalaToken

_LINE_ENDS = frozenset({"newline", "end"})


class TokenCursor:
    """Reads tokens one after the other; past the last one it stays at ``end``."""

    def __init__(self, tokens: list[ScalaToken]) -> None:
        self.tokens = tokens
        self.position = 0

    @property
    def token(self) -> ScalaToken:
        """The token at the cursor."""
        return self.tokens[self.position]

    def peek(self, count: int = 1) -> ScalaToken:
        """Return the token ``count`` further on."""
        return self.get(self.position + count)

    def get(self, position: int) -> ScalaToken:
        """Return the token at ``position``, or the last one."""
        return self.tokens[min(position, len(self.tokens) - 1)]

    def advance(self) -> ScalaToken:
        """Return the token at the cursor and move on."""
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def is_at(self, *texts: str) -> bool:
        """Tell whether one of ``texts``, as a word or a sign, stands at the cursor."""
        return self.token.kind in {"id", "op"} and self.token.text in texts

    def is_at_line_end(self) -> bool:
        """Tell whether a line or the script ends here."""
        return self.token.kind in _LINE_ENDS

    def take(self, *texts: str) -> bool:
        """Move over one of ``texts`` if it stands here."""
        if self.is_at(*texts):
            self.position += 1
            return True
        return False

    def take_until(self, *closing: str) -> list[ScalaToken]:
        """Return the tokens up to one of ``closing`` outside brackets, and move there."""
        found: list[ScalaToken] = []
        while not self.is_at(*closing) and self.token.kind != "end":
            start = self.position
            self.skip_group()
            self.position = max(self.position, start + 1)
            found += self.tokens[start : self.position]
        return found

    def leave(self, opening: ScalaToken) -> None:
        """Move behind the bracket that closes ``opening``."""
        if opening.partner >= 0:
            self.position = min(opening.partner + 1, len(self.tokens) - 1)

    def skip_lines(self) -> None:
        """Move over line ends and semicolons."""
        while self.token.kind == "newline" or self.is_at(";"):
            self.position += 1

    def skip_group(self) -> None:
        """Move over a bracket and its content, if one stands here."""
        self.leave(self.token)

    def skip_type_arguments(self) -> None:
        """Move over ``[A, B]``."""
        while self.is_at("["):
            self.skip_group()

    def skip_type(self, *stops: str) -> None:
        """Move over a type up to one of ``stops``, a comma, a closing bracket or a line end."""
        self._skip_to(*stops, ",", ")", "]", "}", ";")

    def skip_statement(self) -> None:
        """Move to the end of the line or the block."""
        self._skip_to(";", "}")

    def _skip_to(self, *stops: str) -> None:
        while not self.is_at(*stops) and not self.is_at_line_end():
            if self.token.partner >= 0:
                self.skip_group()
            else:
                self.advance()
