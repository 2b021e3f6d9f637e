"""Regular expressions over texts that are known, such as names of columns.

Python gives no bound for the time of a match, so that only patterns are run whose time is a small
power of a short text's length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import has_placeholder
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    External,
    JobArgument,
    Value,
)

_LONGEST = 200
"""Characters of a pattern, of a text and of what replaces a match."""
_MOST_REPEATS = 3
"""Repetitions in a pattern: with each of them a match may take the text's length times longer."""
_STEPS = 300
"""Positions tried in the time of one step."""
_FLAGS = {"I": re.IGNORECASE, "IGNORECASE": re.IGNORECASE, "ASCII": re.ASCII, "A": re.ASCII}


class SafePattern(NamedTuple):
    """A pattern whose matches take a bounded time."""

    pattern: re.Pattern[str]
    repeats: int


@lru_cache(maxsize=500)
def compile_safely(text: str, flags: int = 0) -> SafePattern | None:
    """Compile a pattern; None where it is wrong, or may take too long."""
    repeats = _count_repeats(text) if len(text) <= _LONGEST else None
    if repeats is None or repeats > _MOST_REPEATS:
        return None
    try:
        return SafePattern(re.compile(text, flags), repeats)
    except (re.error, RecursionError, OverflowError, ValueError):
        return None


def charge_match(state: State, found: SafePattern, text: str) -> bool:
    """Count the work of a match; tell whether the text is short enough for it."""
    if len(text) > _LONGEST:
        return False
    state.charge(1 + len(text) ** (found.repeats + 1) // (_STEPS * 2**found.repeats))
    return True


def _count_repeats(text: str) -> int | None:
    """Count the repetitions; None if one repeats a group that repeats or chooses itself."""
    groups = [False]  # whether each open group repeats or chooses something
    count, at, closed = 0, 0, False
    while at < len(text):
        char = text[at]
        was_closed, closed = closed, False
        if char == "\\":
            at += 1
        elif char == "[":
            at = _skip_class(text, at)
        elif char == "(":
            groups.append(False)
            at += 1 if text[at + 1 : at + 2] == "?" else 0  # no repetition, but a kind of group
        elif char == ")" and len(groups) > 1:
            closed = groups.pop()
            groups[-1] |= closed
            at += 1
            if text[at : at + 1] in {"*", "+", "{"} and closed:
                return None
            continue
        elif char in "*+{":
            if was_closed:
                return None
            count += 1
            groups[-1] = True
        elif char in "|?":
            groups[-1] = True
        at += 1
    return count


def _skip_class(text: str, at: int) -> int:
    """Return the place of the bracket that ends a class of characters."""
    at += 2 if text[at + 1 : at + 2] == "^" else 1
    first = at
    while at < len(text) and (text[at] != "]" or at == first):
        at += 2 if text[at] == "\\" else 1
    return at


@dataclass(eq=False)
class TextMatch(LibraryObject):
    """What a pattern found in a text that is known."""

    found: re.Match[str]

    def get_item(self, key: Value) -> Value:
        """Return a group."""
        try:
            return self.found[key] if isinstance(key, (int, str)) else UNKNOWN
        except IndexError:
            return UNKNOWN

    def call(self, call: Call) -> Value:
        """Call a method of the match."""
        if call.name == "groups":
            return self.found.groups()
        if call.name == "groupdict":
            return dict(self.found.groupdict())
        if call.name != "group":
            return UNKNOWN
        if len(call.args) > 1:
            return tuple(map(self.get_item, call.args))
        return self.get_item(call.args[0] if call.args else 0)


@dataclass(eq=False)
class CompiledPattern(LibraryObject):
    """``re.compile(pattern)``."""

    pattern: Value
    flags: Value = 0

    def call(self, call: Call) -> Value:
        """Call a method of the pattern."""
        inner = Call(
            call.reading, call.receiver, call.name, [self.pattern, *call.args], call.kwargs
        )
        method = PATTERN_FUNCTIONS.get(call.name)
        found = method(inner, self.flags) if method is not None else UNKNOWN
        return UNKNOWN if found is MISSING else found


def _prepare(call: Call, text: Value, flags: Value) -> tuple[SafePattern, str] | None:
    pattern = call.arg(0, "pattern")
    for value in (pattern, text):
        if not isinstance(value, str) or isinstance(value, JobArgument) or has_placeholder(value):
            return None
    known = _read_flags(flags)
    found = None if known is None else compile_safely(str(pattern), known)
    if found is None or not charge_match(call.state, found, str(text)):
        return None
    return found, str(text)


def _read_flags(flags: Value) -> int | None:
    if isinstance(flags, External):
        return _FLAGS.get(flags.name)
    return int(flags) if isinstance(flags, int) and flags == 0 else None


def match(call: Call, flags: Value = None) -> Value:
    """Call ``re.match``, ``re.search`` or ``re.fullmatch``: None where nothing is found."""
    flags = call.arg(2, "flags", default=0) if flags is None else flags
    prepared = _prepare(call, call.arg(1, "string"), flags)
    if prepared is None:
        return UNKNOWN
    found = getattr(prepared[0].pattern, call.name)(prepared[1])
    return None if found is None else TextMatch(found)


def substitute(call: Call, flags: Value = None) -> Value:
    """Call ``re.sub(pattern, replacement, text)``."""
    flags = call.arg(4, "flags", default=0) if flags is None else flags
    prepared = _prepare(call, call.arg(2, "string"), flags)
    repl, count = call.arg(1, "repl"), call.arg(3, "count", default=0)
    if prepared is None or not isinstance(repl, str) or not isinstance(count, int):
        return UNKNOWN
    if has_placeholder(repl) or len(repl) > _LONGEST:
        return UNKNOWN
    try:
        return prepared[0].pattern.sub(repl, prepared[1], count=count)
    except (re.error, IndexError):
        return UNKNOWN


def split(call: Call, flags: Value = None) -> Value:
    """Call ``re.split(pattern, text)`` or ``re.findall(pattern, text)``."""
    flags = call.arg(3, "flags", default=0) if flags is None else flags
    prepared = _prepare(call, call.arg(1, "string"), flags)
    if prepared is None:
        return UNKNOWN
    return list(getattr(prepared[0].pattern, call.name)(prepared[1]))


PATTERN_FUNCTIONS = {
    **dict.fromkeys(("match", "search", "fullmatch"), match),
    **dict.fromkeys(("split", "findall"), split),
    "sub": substitute,
}
