"""Connections that break, hang and fall silent: to Redis and to AWS."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.chaos.case import case
from tests.chaos.cases.processes import DOZENS, THOUSANDS
from tests.chaos.proxy import Proxy
from tests.chaos.stage import Failed, Stage, calm, events, is_over, verify
from tests.support.system import System, hooks

from glueline_simulator import Simulator

PATIENCE = 2
"""Seconds until a worker gives up a silent connection to Redis; half a minute in production."""
SILENCE = 4.5
"""Seconds, longer than the workers' lease and their patience."""
IMPATIENT = hooks(visibility_timeout=4, socket_timeout=PATIENCE)
FULL = {"catalogue": THOUSANDS, "workers": 4, "latency": 0.6}
SHORT = {"catalogue": DOZENS, "workers": 2, "latency": 0.4}


@dataclass(frozen=True)
class Faults:
    """So many of them, one after the other."""

    what: str
    times: int
    act: Callable[[], object]
    heal: Callable[[], object] = lambda: None
    """At last, so that the end of the run does not take for ever."""


def disturbed(stage: Stage, sim: Simulator, system: System, latency: float, faults: Faults) -> None:
    """A run with faults comes out like a calm one."""
    expected = calm(system)
    sim.configure(latency=latency)
    run_id = system.producer.enqueue_catalog().run_id
    over = is_over(system, run_id)
    pause = (0.5, 1.5) if stage.full else (0.3, 0.6)
    stage.disturb(faults.what, faults.times, faults.act, pause, over)
    faults.heal()
    sim.configure(latency=0)
    verify(stage, system, run_id, expected)
    surprises = events(system, "unit.surprise") + events(system, "background.surprise")
    if surprises:
        raise Failed(f"{surprises} errors that nobody foresaw")


@case(full={**FULL, "times": 50}, short={**SHORT, "times": 2})
def cut_connections(
    stage: Stage, catalogue: dict[str, Any], workers: int, latency: float, times: int
) -> None:
    """All connections to Redis cut at once, again and again, lose nothing."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers)

    def cut() -> None:
        killed = stage.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        stage.add("connections", killed)

    disturbed(stage, sim, system, latency, Faults("cuts", times, cut))


@case(full={**FULL, "times": 8}, short={**SHORT, "times": 1})
def paused_redis(
    stage: Stage, catalogue: dict[str, Any], workers: int, latency: float, times: int
) -> None:
    """Redis that stands still for longer than the leases loses nothing."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers, env=IMPATIENT)

    def pause() -> None:
        stage.client.execute_command("CLIENT", "PAUSE", int(SILENCE * 1000), "ALL")
        time.sleep(SILENCE)

    disturbed(stage, sim, system, latency, Faults("pauses", times, pause))


@case(full={**FULL, "times": 20}, short={**SHORT, "times": 2})
def bad_network_to_redis(
    stage: Stage, catalogue: dict[str, Any], workers: int, latency: float, times: int
) -> None:
    """Delays, and connections to Redis that break in the middle of a message, lose nothing."""
    with Proxy(stage.redis.port, stage.seed) as proxy:
        sim = stage.simulator(**catalogue)
        system = behind(stage, proxy, sim, workers)

        worsen = partial(worsen_network, stage, proxy, 0.02, 0.003)
        faults = Faults("refusals", times, worsen, proxy.heal)
        disturbed(stage, sim, system, latency, faults)
        stage.counts["cuts"] = proxy.cuts


@case(full={**FULL, "times": 6}, short={**SHORT, "times": 1})
def silent_network_to_redis(
    stage: Stage, catalogue: dict[str, Any], workers: int, latency: float, times: int
) -> None:
    """Workers cut off for longer than their leases come back late, and change nothing then."""
    with Proxy(stage.redis.port, stage.seed) as proxy:
        sim = stage.simulator(**catalogue)
        system = behind(stage, proxy, sim, workers)
        stage.system(sim, workers=1)  # takes over what the others hold

        def hold() -> None:
            proxy.hold()
            time.sleep(SILENCE)
            proxy.release()

        disturbed(stage, sim, system, latency, Faults("black holes", times, hold))
        stage.counts["claims lost"] = lost = events(system, "unit.lost")
        if not lost:
            raise Failed("no claim was lost: the silence was no proof")


@case(full={**FULL, "times": 8}, short={**SHORT, "times": 1})
def half_open_connections_to_redis(
    stage: Stage, catalogue: dict[str, Any], workers: int, latency: float, times: int
) -> None:
    """Connections that die without a word are noticed, and lose nothing."""
    with Proxy(stage.redis.port, stage.seed) as proxy:
        sim = stage.simulator(**catalogue)
        system = behind(stage, proxy, sim, workers)

        def forget() -> None:
            time.sleep(stage.random.uniform(0, 2 * PATIENCE) if stage.full else 0)
            proxy.forget()

        disturbed(stage, sim, system, latency, Faults("half-open", times, forget))


def worsen_network(stage: Stage, proxy: Proxy, delay: float, cut_rate: float) -> None:
    """From now on messages are late and torn; for a moment nobody is there at all."""
    proxy.delay, proxy.cut_rate = delay, cut_rate
    proxy.close()
    proxy.cut()
    time.sleep(stage.random.uniform(0, 0.5))
    proxy.listen()


def behind(stage: Stage, proxy: Proxy, sim: Simulator, workers: int) -> System:
    """Workers that reach Redis through the proxy; the producer needs none."""
    env = {**IMPATIENT, "GLUELINE_REDIS_URL": proxy.through(stage.redis.url)}
    return stage.system(sim, workers, env=env)


@case(full={**FULL, "times": 20}, short={**SHORT, "times": 2})
def bad_network_to_aws(
    stage: Stage, catalogue: dict[str, Any], workers: int, latency: float, times: int
) -> None:
    """Delays, and connections to AWS that break in mid-answer or are refused, lose nothing."""
    sim = stage.simulator(**catalogue)
    with Proxy(port_of(sim), stage.seed) as proxy:
        system = stage.system(proxy.through(sim.url), workers)

        worsen = partial(worsen_network, stage, proxy, 0.05, 0.03)
        faults = Faults("refusals", times, worsen, proxy.heal)
        disturbed(stage, sim, system, latency, faults)
        stage.counts["cuts"] = proxy.cuts


@case(full={**FULL, "times": 8}, short={**SHORT, "times": 1})
def silent_network_to_aws(
    stage: Stage, catalogue: dict[str, Any], workers: int, latency: float, times: int
) -> None:
    """A black hole before AWS, and connections that die without a word, lose nothing."""
    sim = stage.simulator(**catalogue)
    with Proxy(port_of(sim), stage.seed) as proxy:
        system = stage.system(proxy.through(sim.url), workers, worker={"read_timeout": 1})

        def silence() -> None:
            proxy.forget()
            time.sleep(stage.random.uniform(0.5, 1.5))
            proxy.hold()
            time.sleep(1.5)
            proxy.release()

        disturbed(stage, sim, system, latency, Faults("silences", times, silence))


def port_of(sim: Simulator) -> int:
    """Where the simulator listens."""
    return int(sim.url.rpartition(":")[2])


@case(full={**FULL, "times": 10}, short={**SHORT, "times": 2})
def full_redis(
    stage: Stage, catalogue: dict[str, Any], workers: int, latency: float, times: int
) -> None:
    """Redis that has no memory left refuses writes, and nothing is lost."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers)

    def fill() -> None:
        stage.client.config_set("maxmemory", "1mb")
        time.sleep(stage.random.uniform(0.5, 2))
        stage.client.config_set("maxmemory", "0")

    disturbed(stage, sim, system, latency, Faults("times full", times, fill))
    refused(stage, "OOM")


@case(full={**FULL, "times": 10}, short={**SHORT, "times": 2})
def read_only_redis(
    stage: Stage, catalogue: dict[str, Any], workers: int, latency: float, times: int
) -> None:
    """A failover that leaves Redis read-only for a while loses nothing."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers)

    def demote() -> None:
        stage.client.execute_command("REPLICAOF", "127.0.0.1", "1")  # nobody is there
        time.sleep(stage.random.uniform(0.5, 2))
        stage.client.execute_command("REPLICAOF", "NO", "ONE")

    disturbed(stage, sim, system, latency, Faults("demotions", times, demote))
    refused(stage, "READONLY")


def refused(stage: Stage, code: str) -> None:
    """The server said no as often as it counted."""
    found = stage.client.info("errorstats").get(f"errorstat_{code}", {"count": 0})["count"]
    stage.counts["refused"] = found
    if not found:
        raise Failed(f"Redis never answered {code}")
