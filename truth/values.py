"""What a column's value is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

Source = tuple[str, str]
"""A table and one of its columns, in lower case."""

WAYS = ("identity", "transformation", "aggregation", "masking")
"""The ways from a source to a value. A later one wins over an earlier one."""


@dataclass(frozen=True, slots=True)
class Value:
    """The sources of a value: ``direct`` are part of it, ``deciding`` only choose among values.

    A struct that was built keeps the values of its ``fields``, so that one can be taken again.
    """

    direct: Mapping[Source, str] = field(default_factory=lambda: MappingProxyType({}))
    deciding: Mapping[Source, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    fields: Mapping[str, "Value"] | None = None
    is_gathered: bool = False
    """Whether the fields are those of items, or of structs that were gathered of others."""

    def by(self, way: str) -> "Value":
        """The value after a step of a ``way``."""
        direct = {source: _stronger(found, way) for source, found in self.direct.items()}
        return replace(self, direct=direct)

    def as_deciding(self, effect: str) -> "Value":
        """A value that this one only decides about."""
        deciding = {source: frozenset({effect}) for source in (*self.direct, *self.deciding)}
        return Value(deciding=deciding)

    def field(self, name: str) -> "Value":
        """The value of a field, as far as it is known."""
        found = (self.fields or {}).get(name.lower())
        if found is None:
            return replace(self, fields=None)
        return self.only(found)

    def field_at(self, position: int) -> "Value | None":
        """The value of a field by its position, if it is known."""
        found = list((self.fields or {}).values())
        return self.only(found[position]) if 0 <= position < len(found) else None

    def only(self, found: "Value") -> "Value":
        """A field's value; the other fields of gathered structs are allowed beside it."""
        if not self.is_gathered:
            return found
        others = {source: frozenset({"item"}) for source in self.direct}
        return replace(found, deciding={**others, **found.deciding})


NOTHING = Value()


def merge(values: Iterable[Value], *, keep_fields: bool = False) -> Value:
    """Return the value that is made of several."""
    direct: dict[Source, str] = {}
    deciding: dict[Source, frozenset[str]] = {}
    all_values = list(values)
    for value in all_values:
        for source, way in value.direct.items():
            direct[source] = _stronger(direct.get(source, "identity"), way)
        for source, effects in value.deciding.items():
            deciding[source] = deciding.get(source, frozenset()) | effects
    fields = _merge_fields(all_values) if keep_fields else None
    is_gathered = any(value.is_gathered for value in all_values)
    return Value(direct, deciding, fields, is_gathered)


def _merge_fields(values: list[Value]) -> Mapping[str, Value] | None:
    """Merge the fields of structs; a value without any source (NULL) takes none away."""
    having = [value for value in values if value.direct or value.deciding or value.fields]
    if not having or any(value.fields is None for value in having):
        return None
    names = dict.fromkeys(name for value in having for name in value.fields or ())
    return {
        name: merge(
            (value.fields[name] for value in having if value.fields and name in value.fields),
            keep_fields=True,
        )
        for name in names
    }


def _stronger(one: str, other: str) -> str:
    return max(one, other, key=WAYS.index)
