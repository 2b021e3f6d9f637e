"""The order in which a graph is followed: inputs first, and each loop as one group."""

from collections.abc import Iterable, Iterator, Mapping, Sequence


def find_strongly_connected(
    inputs: Mapping[str, Sequence[str]], starts: Iterable[str]
) -> list[list[str]]:
    """Return all nodes that flow into ``starts``, in groups that come after their inputs.

    A group has several nodes only where they form a loop: these are Tarjan's strongly connected
    components, without recursion, because chains of thousands of steps exist. Inputs that are no
    key of ``inputs`` are left out.
    """
    in_order = _find_in_order(inputs, starts := list(starts))
    if in_order is not None:
        return in_order
    walk = _TarjanWalk(inputs)
    for start in starts:
        if start in inputs and start not in walk.index:
            walk.follow(start)
    return walk.found


def _find_in_order(
    inputs: Mapping[str, Sequence[str]], starts: Iterable[str]
) -> list[list[str]] | None:
    """Return the groups where each node comes after its inputs already, as in a script's graph."""
    seen: set[str] = set()
    for node, sources in inputs.items():
        seen.add(node)
        for source in sources:
            if source not in seen and source in inputs:
                return None
    reached = set(starts)
    found = []
    for node in reversed(list(inputs)):
        if node in reached:
            found.append([node])
            reached.update(inputs[node])
    found.reverse()
    return found


class _TarjanWalk:
    def __init__(self, inputs: Mapping[str, Sequence[str]]) -> None:
        self.inputs = inputs
        self.found: list[list[str]] = []
        self.index: dict[str, int] = {}
        self._low: dict[str, int] = {}
        self._open: dict[str, None] = {}
        self._path: list[tuple[str, Iterator[str]]] = []

    def follow(self, start: str) -> None:
        self._enter(start)
        while self._path:
            node, rest = self._path[-1]
            for following in rest:
                if following in self._open:
                    self._low[node] = min(self._low[node], self.index[following])
                elif following in self.inputs and following not in self.index:
                    self._enter(following)
                    break
            else:
                self._leave(node)

    def _enter(self, node: str) -> None:
        self.index[node] = self._low[node] = len(self.index)
        self._open[node] = None
        self._path.append((node, iter(self.inputs[node])))

    def _leave(self, node: str) -> None:
        self._path.pop()
        if self._path:
            parent = self._path[-1][0]
            self._low[parent] = min(self._low[parent], self._low[node])
        if self._low[node] != self.index[node]:
            return
        group: list[str] = []
        while node in self._open:  # the nodes opened since this one, inputs first
            group.append(self._open.popitem()[0])
        self.found.append(group)
