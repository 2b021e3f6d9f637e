"""Columns that decide about others: which rows there are, or which value a column takes."""

from collections.abc import Iterable, Iterator, Mapping

from glueline.contract.lineage import Effect

Decider = tuple[int, str, Effect, int | None]
"""A column of a numbered dataset, its effect, and the line of the step that asks it."""
ColumnDeciders = Mapping[str, tuple[str, frozenset[Decider]]]
"""The deciders of single columns, by name in lower case, with the name as written."""

_BYTE = 8
_FEW = 1 << 64
"""Numbers whose bits are looked at one by one."""


class RowDeciders:
    """The columns that decide about the rows of steps.

    Sets of them are bits of one integer, because each step passes those of all steps before it.
    """

    def __init__(self) -> None:
        self._numbers: dict[Decider, int] = {}
        self._known: list[Decider] = []

    def add(self, deciders: Iterable[Decider]) -> int:
        """Return the set of ``deciders``."""
        found = list(deciders)
        for decider in found:
            if self._numbers.setdefault(decider, len(self._known)) == len(self._known):
                self._known.append(decider)
        bits = bytearray(len(self._known) // _BYTE + 1)
        for decider in found:
            number = self._numbers[decider]
            bits[number // _BYTE] |= 1 << number % _BYTE
        return int.from_bytes(bits, "little")

    def select(self, bits: int) -> Iterator[Decider]:
        """Yield the members of a set."""
        return (self._known[number] for number in iterate_bits(bits))


def iterate_bits(number: int) -> Iterator[int]:
    """Yield the positions of the bits that are set, in linear time."""
    if number < _FEW:
        while number:
            lowest = number & -number
            yield lowest.bit_length() - 1
            number ^= lowest
        return
    for index, byte in enumerate(number.to_bytes((number.bit_length() + 7) // _BYTE, "little")):
        if byte:
            yield from (index * _BYTE + bit for bit in range(_BYTE) if byte >> bit & 1)


def add_deciders(
    known: dict[str, tuple[str, frozenset[Decider]]], name: str, deciders: frozenset[Decider]
) -> None:
    """Add the deciders of a column to ``known``."""
    if deciders:
        display, before = known.get(name.lower(), (name, frozenset()))
        known[name.lower()] = display, before | deciders


def find_deciders(known: ColumnDeciders, name: str) -> frozenset[Decider]:
    """Return the deciders of a column, of the struct around it, or of its fields."""
    if not known:
        return frozenset()
    key = name.lower()
    while key not in known and "." in key:
        key = key.rpartition(".")[0]
    if key in known:
        return known[key][1]
    inner = f"{name.lower()}."
    return frozenset[Decider]().union(
        *(found for field, (_, found) in known.items() if field.startswith(inner))
    )
