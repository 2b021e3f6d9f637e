"""A process of its own around the service: signals, probes, figures, its end."""

import asyncio
import signal
from collections import Counter

import structlog
import uvloop
from redis.exceptions import RedisError

from glueline.ledger import AsyncLedger, LedgerUnavailable
from glueline.ledger.gauges import Gauges, read_gauges
from glueline.queue import make_commands
from glueline.settings.settings import Settings
from glueline_worker.changes.poller import Service
from glueline_worker.observe.loop_monitor import Pulse
from glueline_worker.observe.metrics import EVENTS_READY
from glueline_worker.observe.server import Server

ANSWER_WITHIN = 2.0
"""Seconds after which a Redis that says nothing is taken to be away."""
log = structlog.get_logger()


def serve(settings: Settings, url: str, *, until_empty: bool, once: bool) -> Counter[str]:
    """Work until SIGTERM, Ctrl-C or the end; what became of the messages. Raises GluelineError."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings, url, until_empty=until_empty, once=once))


async def _serve(settings: Settings, url: str, *, until_empty: bool, once: bool) -> Counter[str]:
    service = Service(settings, url, until_empty=until_empty or once)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stopping.set)
    if until_empty or once:
        await service.run(once=once)
        return service.counts
    watch = Server(
        gauges=lambda: _gauges(settings, service),
        hindrance=lambda: _hindrance(service),
        under_way=tuple,
        setting="events.metrics_port",
        ready=EVENTS_READY,
    )
    pulse = asyncio.create_task(Pulse(settings.heartbeat_file).run())
    try:
        if settings.events.metrics_port:
            await watch.start(settings.events.metrics_host, settings.events.metrics_port)
        log.info("events.listening", pollers=settings.events.pollers)
        await service.run()
    finally:
        pulse.cancel()
        await watch.stop()
    log.info("events.stopped", **service.counts)
    return service.counts


async def _hindrance(service: Service) -> str:
    if service.stopping.is_set():
        return "the service is told to stop"
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            await service.client.ping()
    except (RedisError, TimeoutError):
        return "Redis does not answer"
    return service.hindrance


async def _gauges(settings: Settings, service: Service) -> Gauges | None:
    calls = make_commands(settings)
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await AsyncLedger(service.client)(
                read_gauges(calls.keys, calls.redispatch_after_ms)
            )
    except (LedgerUnavailable, TimeoutError):
        return None
