"""Redis that is away when workers start, and when extractions are enqueued."""

import time
from typing import Any

from tests.chaos.case import case
from tests.chaos.cases.processes import DOZENS, THOUSANDS
from tests.chaos.proxy import Proxy
from tests.chaos.stage import FULL, Failed, Stage, calm, events, verify
from tests.support.system import eventually

from glueline import Producer
from glueline.client.producer import Accepted
from glueline.ledger import LedgerUnavailable

FEW = {"databases": 6, "tables": 3, "jobs": 4, "columns": 4}


@case(
    full={"catalogue": THOUSANDS, "workers": 4, "away": 30},
    short={"catalogue": DOZENS, "workers": 2, "away": 1},
)
def late_redis(stage: Stage, catalogue: dict[str, Any], workers: int, away: float) -> None:
    """Workers that start while Redis is away wait for it."""
    stage.redis.stop()
    system = stage.system(stage.simulator(**catalogue), workers)
    eventually(lambda: "Cannot connect to" in system.logs())
    time.sleep(away)
    stage.redis.start()
    expected = calm(system)
    if system.workers.restarts:
        raise Failed(f"{system.workers.restarts} workers ended rather than wait")
    verify(stage, system, system.producer.enqueue_catalog().run_id, expected)


@case(full={"catalogue": FEW, "rounds": 8}, short={"catalogue": FEW, "rounds": 1})
def broken_producers(stage: Stage, catalogue: dict[str, Any], rounds: int) -> None:
    """What is enqueued over a network that breaks is run once, or refused in one sentence."""
    system = stage.system(stage.simulator(**catalogue))
    expected = calm(system, FULL)
    with Proxy(stage.redis.port, stage.seed) as proxy:
        there = {"redis_url": proxy.through(stage.redis.url)}
        for number in range(rounds):
            for enqueue in (after_a_refusal, without_an_answer, without_publishing):
                key = f"{enqueue.__name__} {number}"
                with Producer(system.settings.model_copy(update=there)) as producer:
                    producer.runs()  # it is connected
                    accepted = enqueue(proxy, producer, key)
                    again = producer.enqueue_catalog(options=FULL, idempotency_key=key)
                if (accepted.is_new, again.is_new) != (True, False):
                    raise Failed(f"{key}: {accepted}, then {again}")
                verify(stage, system, accepted.run_id, expected)
    runs = len(system.producer.runs(1000))
    stage.counts |= {"runs": runs, "published late": events(system, "reconcile.published")}
    if runs != 1 + 3 * rounds:
        raise Failed(f"{runs} runs for {1 + 3 * rounds} extractions")


def after_a_refusal(proxy: Proxy, producer: Producer, key: str) -> Accepted:
    """Redis is away: one sentence, and nothing is begun."""
    proxy.close()
    proxy.cut()
    try:
        producer.enqueue_catalog(options=FULL, idempotency_key=key)
    except LedgerUnavailable as error:
        if "\n" in str(error):
            raise Failed(f"more than one sentence: {error}") from None
    else:
        raise Failed("what could not be enqueued was accepted")
    proxy.listen()
    return producer.enqueue_catalog(options=FULL, idempotency_key=key)


def without_an_answer(proxy: Proxy, producer: Producer, key: str) -> Accepted:
    """The run is opened, and its producer is cut off before it hears so."""
    cuts = proxy.cuts
    proxy.lose_an_answer()
    accepted = producer.enqueue_catalog(options=FULL, idempotency_key=key)
    if proxy.cuts != cuts + 1:
        raise Failed("no answer was lost")
    return accepted


def without_publishing(proxy: Proxy, producer: Producer, key: str) -> Accepted:
    """The run is opened, and the queue cannot be reached: the reconciler publishes."""
    connections = proxy.connections
    proxy.close()
    accepted = producer.enqueue_catalog(options=FULL, idempotency_key=key)
    if proxy.connections != connections:
        raise Failed("the queue could be reached")
    proxy.listen()
    return accepted
