"""Functions of a text that keep their answers, as scripts repeat the same few names."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_Answer = TypeVar("_Answer")
_LONGEST = 200
"""Characters of a text whose answer is kept, so that all of them take little memory."""
_MOST = 2_000


def remember_short_texts(function: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
    """Let a pure function of a text keep its answers for short ones."""
    known = lru_cache(maxsize=_MOST)(function)

    @wraps(function)
    def answer(text: str) -> _Answer:
        return known(text) if len(text) <= _LONGEST else function(text)

    return answer
