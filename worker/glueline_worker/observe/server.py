"""``/metrics``, ``/healthz`` and ``/readyz``, answered by the loop that works.

A loop that hangs answers none of them, which is what liveness is about.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Metric, generate_latest
from prometheus_client.registry import Collector

from glueline.contract.errors import UsageError
from glueline.ledger.gauges import Gauges
from glueline.telemetry.ledger_metrics import make_metric_families
from glueline_worker.observe.metrics import READY, REGISTRY, UNITS_UNDER_WAY


class Server:
    """Listens from ``start`` to ``stop``."""

    def __init__(
        self,
        *,
        gauges: Callable[[], Awaitable[Gauges | None]],
        hindrance: Callable[[], Awaitable[str]],
        under_way: Callable[[], Iterable[str]],
        setting: str = "worker.metrics_port",
        ready: Gauge = READY,
    ) -> None:
        """``hindrance`` says why nothing is taken, ``under_way`` the kinds of the units held.

        ``setting`` names the port, and ``ready`` tells whether there is no hindrance.
        """
        self._setting, self._ready = setting, ready
        self._gauges, self._hindrance, self._under_way = gauges, hindrance, under_way
        self._kinds: set[str] = set()
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen; raises UsageError when the port cannot be had."""
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
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        why = await self._hindrance()
        return web.Response(text=f"{why or 'ok'}\n", status=503 if why else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        self._ready.set(0 if await self._hindrance() else 1)
        counts = Counter(self._under_way())
        self._kinds |= counts.keys()
        for kind in self._kinds:
            UNITS_UNDER_WAY.labels(kind).set(counts[kind])
        ledger = CollectorRegistry()
        ledger.register(_Told(make_metric_families(await self._gauges())))
        body = generate_latest(REGISTRY) + generate_latest(ledger)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Told(Collector):
    """What was asked already, because a collector cannot wait on the loop."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics
