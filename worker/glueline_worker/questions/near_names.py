"""Find the names that a misspelled one may mean."""

from collections.abc import Iterable
from difflib import get_close_matches

from glueline.contract.sentences import list_some
from glueline.contract.terminal import clean_line

MAX_LENGTH_DIFFERENCE = 3
_MAX_LENGTH = 200
"""Longer names are compared by nobody, and the comparison takes the square of the length."""
SUGGESTIONS = 3
_LIKENESS = 0.7
"""The ratio of ``difflib`` from which two names are near."""


def make_ends(name: str) -> tuple[str, str]:
    """Return the first and the last third of a name: one slip leaves one of them as it is."""
    length = max(1, len(name) // 3)
    return name[:length], name[-length:]


def find_near_names(name: str, known: Iterable[str], most: int = SUGGESTIONS) -> list[str]:
    """Return the ``known`` names most like ``name``, best first."""
    if len(name) > _MAX_LENGTH:
        return []
    wanted = name.lower()
    start, end = make_ends(wanted)
    by_folded: dict[str, str] = {}
    for each in known:
        folded = each.lower()
        is_about_as_long = abs(len(folded) - len(wanted)) <= MAX_LENGTH_DIFFERENCE
        if is_about_as_long and (folded.startswith(start) or folded.endswith(end)):
            by_folded.setdefault(folded, each)
    return [by_folded[each] for each in get_close_matches(wanted, by_folded, most, _LIKENESS)]


def suggest(names: Iterable[str]) -> str:
    """Return a question to append to an error; empty when there are no ``names``."""
    found = [clean_line(name) for name in names]
    return f"; did you mean {list_some(found[:SUGGESTIONS], SUGGESTIONS)}?" if found else ""
