"""A transform of Glue Studio with what stands before it."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from glueline.contract.lineage import Effect, Transformation
from glueline_worker.lineage.model import ColumnRef, IndirectRef
from glueline_worker.lineage.visual.fields import Fields


class VisualStep(Struct, frozen=True):
    """A transform with its inputs; ``get_input`` returns the kind and fields of an input."""

    node: Fields
    inputs: tuple[str, ...]
    get_input: Callable[[str], tuple[str, Fields]]

    def make_refs(
        self, name: str, transformation: Transformation = "identity"
    ) -> tuple[ColumnRef, ...]:
        """Return the column ``name`` of each input."""
        return tuple(ColumnRef(source, name, transformation) for source in self.inputs)

    def make_indirect(self, names: Iterable[str], effect: Effect) -> tuple[IndirectRef, ...]:
        """Return the columns ``names`` of each input as those that decide about the rows."""
        refs = (ref for name in dict.fromkeys(names) for ref in self.make_refs(name))
        return tuple(IndirectRef(ref, effect) for ref in refs)
