"""Ranges of names, which list one database in parallel.

A range is a prefix and the characters that do not follow it. Cutting a range gives one range for
each character that was named and one for all the rest, so every name, whatever its characters, is
in one of the parts. This module decides which range a name belongs to, never the endpoint: its
expressions only narrow what it sends.

Prefixes hold no character that means something in a pattern. Letters count the same in both
cases, because endpoints differ in that.
"""

from collections.abc import Iterable, Sequence
from string import ascii_lowercase, ascii_uppercase, digits

from glueline.contract.messages import NameRange

ALL_NAMES = NameRange()
_PREFIX_LIMIT = 100
"""Characters; a pattern may have 2,048, and each letter takes four."""

_PLAIN = frozenset(ascii_lowercase + digits + "_-")
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
# Not `.*`: Glue reads `*` as Hive does, and a dot leaves out some line separators.
_ANY = r"[\s\S]{0,}"
_MARK = "/range/"


def is_in_range(part: NameRange, name: str) -> bool:
    """Tell whether ``name`` belongs to ``part``."""
    folded = name.translate(_LOWER)
    if not folded.startswith(part.prefix):
        return False
    return folded[len(part.prefix) : len(part.prefix) + 1] not in set(part.without)


def make_pattern(part: NameRange) -> str:
    """Return a pattern for GetTables that every name of ``part`` matches."""
    start = "".join(f"[{_both_cases(char)}]" for char in part.prefix)
    if not part.without:
        return f"^{start}{_ANY}$"
    none_of = "".join(map(_both_cases, sorted(part.without, key=lambda char: (char == "-", char))))
    return f"^{start}([^{none_of}]{_ANY})?$"


def cut_range(part: NameRange, names: Iterable[str]) -> list[NameRange]:
    """Cut ``part`` at the characters of ``names``, some of its own names.

    The parts are disjoint and make up the whole. Without a place to cut, return ``part`` alone.
    """
    folded = [name.translate(_LOWER) for name in names]
    parts, prefix, without = [], part.prefix, part.without
    if not without:
        for char in _find_common_prefix(folded, prefix):
            parts.append(NameRange(prefix=prefix, without=char))
            prefix += char
    following = {name[len(prefix) : len(prefix) + 1] for name in folded} & _PLAIN
    if len(prefix) < _PREFIX_LIMIT:
        parts += [NameRange(prefix=prefix + char) for char in sorted(following)]
        without += "".join(sorted(following))
    return [*parts, NameRange(prefix=prefix, without=without)]


def covers_range(done: Iterable[NameRange], whole: NameRange = ALL_NAMES) -> bool:
    """Tell whether the ranges ``done`` together hold every name of ``whole``."""
    by_prefix: dict[str, list[NameRange]] = {}
    for part in done:
        by_prefix.setdefault(part.prefix, []).append(part)
    return _is_covered(whole, by_prefix)


def find_complete_listings(listings: Sequence[str]) -> list[str]:
    """Return the complete listings: those read whole, or in ranges that leave no gap."""
    whole = {listing for listing in listings if _MARK not in listing}
    ranges: dict[str, list[NameRange]] = {}
    for listing in listings:
        database, mark, label = listing.partition(_MARK)
        if mark:
            ranges.setdefault(database, []).append(NameRange.of_label(label))
    return sorted(whole | {database for database, done in ranges.items() if covers_range(done)})


def _is_covered(whole: NameRange, by_prefix: dict[str, list[NameRange]]) -> bool:
    return any(
        all(
            _is_covered(NameRange(prefix=whole.prefix + char), by_prefix)
            for char in set(part.without) - set(whole.without)
        )
        for part in by_prefix.get(whole.prefix, ())
    )


def _find_common_prefix(folded: Sequence[str], prefix: str) -> str:
    """Return the characters after ``prefix`` that all names share and a prefix may hold."""
    first, last = min(folded), max(folded)  # no two names differ earlier than these
    end = len(prefix)
    while end < _PREFIX_LIMIT and first[end : end + 1] == last[end : end + 1] in _PLAIN:
        end += 1
    return first[len(prefix) : end]


def _both_cases(char: str) -> str:
    return char if char.upper() == char else char + char.upper()
