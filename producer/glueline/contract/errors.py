"""Glueline's errors.

GluelineError
├── Retryable            the same work may succeed later: the queue tries again
└── Terminal             trying again cannot help
    └── UsageError       the input was wrong: one sentence, exit code 2
"""


class GluelineError(Exception):
    """Something went wrong; the message is one sentence a user can act on."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        """Keep ``message`` for people and ``code``, a short stable word, for programs."""
        super().__init__(message)
        self.code = code or self.code


class Retryable(GluelineError):
    """The same work may succeed later."""

    code = "retryable"


class Terminal(GluelineError):
    """The same work will fail again."""

    code = "terminal"


class UsageError(Terminal):
    """A request, setting, message, URL or file that cannot be understood."""

    code = "usage"
