"""Join the edges that runs have reported with those that the code says."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import product
from urllib.parse import quote

from glueline.contract.lineage import Dataset
from glueline.contract.observed import ObservedEdge
from glueline_worker.lineage.links.column_walk import ColumnWay, Ways
from glueline_worker.lineage.links.walk import Hop
from glueline_worker.sinks.sql.observed.queries import StoredObservation

Evidence = tuple[str, ...]
"""Who says that there is a hop: ``code``, ``run``, both, or for storage and links nobody."""


def join_observations(
    observations: Iterable[StoredObservation], jobs: AbstractSet[str], coded: AbstractSet[Hop]
) -> dict[Hop, tuple[ColumnWay, ...]]:
    """Return observed hops with their columns; those of ``coded`` are found by any of the names.

    An event can know a dataset as a table and as its path. The code may have named either.
    """
    found: dict[Hop, dict[ColumnWay, None]] = {}
    for each in observations:
        process = name_observed_process(each, jobs)
        hops = [Hop(*ends, process) for ends in _pair_names(each.edge)]
        for hop in [hop for hop in hops if hop in coded] or hops[:1]:
            found.setdefault(hop, {}).update(dict.fromkeys(_make_ways(each.edge)))
    return {hop: tuple(ways) for hop, ways in found.items()}


def name_observed_process(observation: StoredObservation, jobs: AbstractSet[str]) -> str:
    """Return ``job/<name>`` where the events say which of the Glue ``jobs`` ran.

    They do if they name it as such, or if the event's job or one that started it has the name of
    exactly one job. All others are ``openlineage/<namespace>/<name>``.
    """
    named = {*observation.named_jobs} or {*observation.possible_jobs}.intersection(jobs)
    if len(named) == 1:
        return f"job/{quote(min(named), safe='')}"
    parts = observation.job_namespace, observation.job_name
    return "/".join(("openlineage", *(quote(part, safe="") for part in parts)))


def add_observed_ways(
    ways: Ways, observed: Mapping[Hop, tuple[ColumnWay, ...]], datasets: Iterable[Dataset]
) -> Ways:
    """Add the observed columns into ``datasets``, unless the code has told the same already."""
    wanted = set(datasets)
    added = {
        hop: tuple(way for way in found if not _is_known(way, ways.get(hop, ())))
        for hop, found in observed.items()
        if hop.downstream in wanted
    }
    return {**ways, **{hop: (*ways.get(hop, ()), *found) for hop, found in added.items()}}


def _pair_names(edge: ObservedEdge) -> Iterator[tuple[Dataset, Dataset]]:
    return product(
        (edge.upstream, *edge.upstream_aliases), (edge.downstream, *edge.downstream_aliases)
    )


def _make_ways(edge: ObservedEdge) -> Iterator[ColumnWay]:
    for column in edge.columns:
        yield ColumnWay(column.upstream, column.downstream, column.transformation)
    for other in edge.indirect:
        yield ColumnWay(other.upstream, other.downstream, other.effect, is_direct=False)


def _is_known(way: ColumnWay, known: Iterable[ColumnWay]) -> bool:
    return any(
        _fold_ends(way) == _fold_ends(other) and (way.how in {None, other.how}) for other in known
    )


def _fold_ends(way: ColumnWay) -> tuple[str, str, bool]:
    return way.upstream.lower(), (way.downstream or "").lower(), way.is_direct
