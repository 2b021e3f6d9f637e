"""A place in a list of tokens, and the state that all parts of the translation share."""

from glueline_worker.lineage.scala.declarations import Names
from glueline_worker.lineage.scala.lexer import Token
from glueline_worker.lineage.scala.python_writer import Code


class Cursor:
    """Reads tokens one after the other; past the last one stands ``end`` for ever."""

    def __init__(self, tokens: list[Token], names: Names, code: Code) -> None:
        self.tokens = tokens
        self.names = names
        self.code = code
        self.position = 0
        self.members: list[set[str]] = []
        """The members of the classes around: in their methods, ``x`` is ``self.x``."""
        self.locals: list[set[str]] = []
        """The names that the functions around define themselves."""

    @property
    def token(self) -> Token:
        """The token at the cursor."""
        return self.tokens[self.position]

    def ahead(self, count: int = 1) -> Token:
        """The token ``count`` further on."""
        return self.tokens[min(self.position + count, len(self.tokens) - 1)]

    def next(self) -> Token:
        """The token at the cursor, which moves on."""
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def at(self, *texts: str) -> bool:
        """Whether one of ``texts``, as a word or a sign, stands at the cursor."""
        return self.token.kind in {"id", "op"} and self.token.text in texts

    def take(self, *texts: str) -> bool:
        """Move over one of ``texts`` if it stands here."""
        if self.at(*texts):
            self.position += 1
            return True
        return False

    def skip_lines(self) -> None:
        """Move over line ends and semicolons."""
        while self.token.kind == "newline" or self.at(";"):
            self.position += 1

    def skip_group(self) -> None:
        """Move over a bracket and all in it, if one stands here."""
        if self.token.partner >= 0:
            self.position = min(self.token.partner + 1, len(self.tokens) - 1)

    def skip_type_arguments(self) -> None:
        """Move over ``[A, B]``."""
        while self.at("["):
            self.skip_group()

    def skip_type(self, *stops: str) -> None:
        """Move over a type up to one of ``stops``, a comma, a closing bracket or a line end."""
        while not self.at(*stops, ",", ")", "]", "}", ";") and self.token.kind not in {
            "newline",
            "end",
        }:
            if self.token.partner >= 0:
                self.skip_group()
            else:
                self.next()

    def skip_statement(self) -> None:
        """Move to the end of the line or the block."""
        while not self.at(";", "}") and self.token.kind not in {"newline", "end"}:
            if self.token.partner >= 0:
                self.skip_group()
            else:
                self.next()
