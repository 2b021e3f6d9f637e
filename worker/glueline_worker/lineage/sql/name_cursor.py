"""A cursor over the tokens of an expression whose name is wanted."""

from collections.abc import Sequence

from msgspec import Struct
from sqlglot.tokenizer_core import Token, TokenType


class UnknownNameError(Exception):
    """Raised where an expression has a part that is not known here."""


class Printed(Struct, frozen=True):
    """An expression as Spark prints it; ``name`` is set where a bare column gives its name."""

    text: str
    name: str | None = None
    is_column: bool = False
    is_interval: bool = False


class NameCursor:
    """Walks through some of the ``tokens`` of ``text``."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self.at = 0

    @property
    def is_left(self) -> bool:
        """Tell whether there is another token."""
        return self.at < len(self._tokens)

    def peek(self, ahead: int = 0) -> str:
        """Return the next token, in capitals; "" at the end. Texts and quoted names are no word."""
        index = self.at + ahead
        if index >= len(self._tokens):
            return ""
        token = self._tokens[index]
        if token.token_type == TokenType.STRING or self._text[token.start] == "`":
            return " "
        return token.text.upper()

    def take(self) -> Token:
        """Return the next token and step over it."""
        if self.at >= len(self._tokens):
            raise UnknownNameError
        self.at += 1
        return self._tokens[self.at - 1]

    def accept(self, *words: str) -> bool:
        """Step over these words, if they are next; tell whether they were."""
        if any(self.peek(index) != word for index, word in enumerate(words)):
            return False
        self.at += len(words)
        return True

    def accept_any(self, *words: str) -> str:
        """Step over one of these words, and return it; "" if none is next."""
        word = self.peek()
        if word not in words:
            return ""
        self.at += 1
        return word

    def expect(self, *words: str) -> None:
        """Step over these words, which must be next."""
        if not self.accept(*words):
            raise UnknownNameError

    def is_next(self, kind: TokenType) -> bool:
        """Tell whether the next token is of this kind."""
        return self.is_left and self._tokens[self.at].token_type == kind

    def is_quoted(self, token: Token) -> bool:
        """Tell whether a token is a name in backquotes."""
        return self._text[token.start] == "`"

    def take_text(self, first: Token) -> str:
        """Return a text with those that follow: ``'a' 'b'`` is one, ``'''s'`` has a quote."""
        parts = [first.text]
        end = first.end
        while self.is_next(TokenType.STRING):
            token = self.take()
            parts += ["'"] * (token.start == end + 1) + [token.text]
            end = token.end
        return "".join(parts)
