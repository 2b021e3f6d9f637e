"""The ledger's metrics for Prometheus; needs ``prometheus_client``.

Every exporter has the same values, because there is one ledger: take ``max``, not ``sum``.
"""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from glueline.ledger import Ledger, LedgerUnavailable
from glueline.ledger.gauges import Gauges, read_gauges
from glueline.queue import make_commands, make_redis_client
from glueline.settings.settings import Settings


def make_metric_families(found: Gauges | None) -> Iterator[GaugeMetricFamily]:
    """Yield the metrics; without values, only the one that says that the ledger is away."""
    yield _make_gauge("up", "1 when the ledger in Redis answers, else 0.", found is not None)
    if found is None:
        return
    yield _make_gauge("queue_length", "Messages that no worker has taken.", found.queue_length)
    yield _make_gauge(
        "queue_oldest_seconds",
        "Age of the unit that waits longest since it was last published.",
        found.oldest,
    )
    yield _make_gauge(
        "open_units", "Units that are not settled, waiting or held.", found.open_units
    )
    yield _make_gauge(
        "held_units", "Open units that are worked on or wait to be tried again.", found.held_units
    )
    units = GaugeMetricFamily(
        "glueline_ledger_units",
        "Open units: waiting, held (worked on) or retrying (they wait to be tried again).",
        labels=["kind", "state"],
    )
    for labels, count in found.units.items():
        units.add_metric(labels, count)
    yield units
    if found.unserved is not None:
        yield _make_gauge(
            "schedules_unserved_seconds",
            "Time since a scheduler last had served all schedules that were due; "
            "none without schedules.",
            found.unserved,
        )
    yield _make_gauge(
        "dead_letters", "Dead letters that are kept, at most 1,000.", found.dead_letters
    )
    yield _make_gauge(
        "changes", "Databases, and sources by their jobs, with changes to be read.", found.changes
    )
    yield _make_gauge(
        "changes_oldest_seconds",
        "Age of the change that waits longest for its run.",
        found.oldest_change,
    )
    runs = GaugeMetricFamily(
        "glueline_ledger_runs", "The newest 1,000 runs by state.", labels=["state"]
    )
    for state, count in found.runs.items():
        runs.add_metric([state.value], count)
    yield runs
    rates = GaugeMetricFamily(
        "glueline_ledger_quota_calls_per_second",
        "The rate of calls that was learnt for an account, a region and an operation.",
        labels=["scope", "operation"],
    )
    for family, rate in found.rates.items():
        scope, _, operation = family.rpartition(":")
        rates.add_metric([scope, operation], rate)
    yield rates


def _make_gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"glueline_ledger_{name}", meaning, value=value)


class LedgerCollector(Collector):
    """Asks the ledger at each scrape; blocks until Redis answers."""

    def __init__(self, settings: Settings) -> None:
        """Connect on first use to the Redis that ``settings`` name."""
        self._ledger = Ledger(make_redis_client(settings))
        calls = make_commands(settings)
        self._call = read_gauges(calls.keys, calls.redispatch_after_ms)

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing, so that registering does not ask Redis."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask the ledger and yield its metrics."""
        try:
            found = self._ledger(self._call)
        except LedgerUnavailable:
            found = None
        yield from make_metric_families(found)
