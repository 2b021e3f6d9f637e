"""The process of ``glueline events``: signals, probes and metrics around the service."""

import asyncio
import signal
from collections import Counter

import structlog
import uvloop

from glueline.queue import make_commands
from glueline.settings.redis_shards import MAIN_SHARD
from glueline.settings.settings import Settings
from glueline_worker.changes.poller import EventService
from glueline_worker.observe.health_monitor import HealthMonitor
from glueline_worker.observe.metrics import EVENTS_READY
from glueline_worker.observe.redis_health import find_redis_problem

log = structlog.get_logger()


def run_event_service(
    settings: Settings, url: str, *, until_empty: bool, once: bool
) -> Counter[str]:
    """Work until SIGTERM, Ctrl-C or the end; return how messages ended. Raises GluelineError."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(settings, url, until_empty=until_empty, once=once))


async def _run(settings: Settings, url: str, *, until_empty: bool, once: bool) -> Counter[str]:
    service = EventService(settings, url, until_empty=until_empty or once)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stopping.set)
    if until_empty or once:
        await service.run(once=once)
        return service.counts

    client = service.clients[MAIN_SHARD]

    async def find_not_ready_reason() -> str:
        if service.stopping.is_set():
            return "the service is told to stop"
        return await find_redis_problem(client) or service.not_ready_reason

    health = HealthMonitor(
        client,
        make_commands(settings),
        find_not_ready_reason=find_not_ready_reason,
        setting="events.metrics_port",
        ready=EVENTS_READY,
    )
    events = settings.events
    try:
        await health.start(settings.heartbeat_file, events.metrics_host, events.metrics_port)
        log.info("events.listening", pollers=events.pollers)
        await service.run()
    finally:
        await health.stop()
    log.info("events.stopped", **service.counts)
    return service.counts
