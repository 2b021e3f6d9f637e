"""Messages that cannot be delivered, on their way to the dead letters."""

import json
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress


class DeadLetters:
    """Takes messages that will not run; the application sets where they are stored."""

    add: Callable[[str, str], None] | None = None
    """Stores a reason and a message; None until the application has set it."""

    def __call__(self, reason: str, message: object) -> None:
        """Store the start of a message, or of its body."""
        if self.add is not None:
            self.add(reason, render_message(message))


dead_letters = DeadLetters()


def render_message(message: object) -> str:
    """Return a message or its body as text, in which secrets can be found and redacted."""
    match message:
        case str():
            return message
        case bytes():
            try:
                return message.decode()
            except UnicodeDecodeError:
                return f"[{len(message)} bytes that are no text]"
        case {"body": str(body), **rest}:
            with suppress(ValueError):
                body = render_message(b64decode(body, validate=True))
            return _dump({**rest, "body": body})
        case _:
            return _dump(message)


def _dump(message: object) -> str:
    try:
        return json.dumps(message, default=str)
    except (RecursionError, ValueError) as error:
        return f"[cannot be shown: {type(error).__name__}]"
