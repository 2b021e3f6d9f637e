"""The HTTP server of ``/metrics``, ``/healthz`` and ``/readyz``, on the event loop that works.

A loop that hangs answers none of them, so a liveness probe finds it.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Metric, generate_latest
from prometheus_client.registry import Collector

from glueline.contract.errors import UsageError
from glueline.ledger.gauges import Gauges
from glueline.telemetry.ledger_metrics import make_metric_families
from glueline_worker.observe.metrics import REGISTRY, UNITS_IN_PROGRESS


class ProbeServer:
    """Listens from ``start`` to ``stop``."""

    def __init__(
        self,
        *,
        read_gauges: Callable[[], Awaitable[Gauges | None]],
        find_not_ready_reason: Callable[[], Awaitable[str]],
        list_kinds: Callable[[], Iterable[str]],
        setting: str,
        ready: Gauge,
    ) -> None:
        """Answer from callbacks.

        ``find_not_ready_reason`` returns "" when the process takes work, ``list_kinds`` the kinds
        of its units in progress. ``setting`` names the port in errors, and ``ready`` is the gauge
        of readiness.
        """
        self._read_gauges = read_gauges
        self._find_not_ready_reason = find_not_ready_reason
        self._list_kinds = list_kinds
        self._setting, self._ready = setting, ready
        self._kinds: set[str] = set()
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen; raises UsageError when the port cannot be opened."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self.stop()
            raise UsageError(
                f"{self._setting}: cannot listen on {host}:{port}"
                f" ({error.strerror or type(error).__name__}); each process needs a port of its own"
            ) from None

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        reason = await self._find_not_ready_reason()
        return web.Response(text=f"{reason or 'ok'}\n", status=503 if reason else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        self._ready.set(0 if await self._find_not_ready_reason() else 1)
        counts = Counter(self._list_kinds())
        self._kinds |= counts.keys()
        for kind in self._kinds:
            UNITS_IN_PROGRESS.labels(kind).set(counts[kind])
        ledger = CollectorRegistry()
        ledger.register(_GivenMetrics(make_metric_families(await self._read_gauges())))
        body = generate_latest(REGISTRY) + generate_latest(ledger)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


class _GivenMetrics(Collector):
    """Metrics that were read before, because a collector cannot wait on the loop."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics
