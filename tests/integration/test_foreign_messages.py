"""Messages that other programs put on the queue; for bad ones see the case `poisoned-queue`."""

import json
from typing import Any
from uuid import uuid4

import pytest
import redis
from celery import Celery
from tests.integration.conftest import Service
from tests.support.poison import POISON, REQUEST, envelope
from tests.support.system import eventually

from glueline import RunState
from glueline.contract.runs import RunStatus


def test_a_service_that_knows_only_celery_may_enqueue(service: Service) -> None:
    settings = service.system.settings
    app = Celery("elsewhere", broker=settings.redis_url, set_as_current=False)
    app.conf.broker_transport_options = {"global_keyprefix": settings.key_prefix}
    request = {**REQUEST, "idempotency_key": uuid4().hex}
    try:
        app.send_task("glueline.request", [request], queue="glueline")
    finally:
        app.close()
    assert _ended(service, request["idempotency_key"]).state is RunState.SUCCEEDED


def test_a_service_that_knows_only_redis_may_enqueue_and_a_copy_opens_no_second_run(
    service: Service, client: redis.Redis
) -> None:
    message = json.dumps(envelope([REQUEST]))
    _push(service, client, message, message)
    run = _ended(service, f"message/{json.loads(message)['headers']['id']}")
    assert run.state is RunState.SUCCEEDED
    assert run.counts["table"] == 20
    service.system.calm_down()
    assert service.sim.stats()["operations"]["GetTables"]["calls"] == 1


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"priority_steps": list(range(10)), "sep": ":"},
        {"priority_steps": [0, 5], "sep": "|-"},
    ],
    ids=["kombu's lists", "a usual separator", "others"],
)
def test_a_message_with_a_priority_is_read_too(service: Service, options: dict[str, Any]) -> None:
    settings = service.system.settings
    app = Celery("elsewhere", broker=settings.redis_url, set_as_current=False)
    app.conf.broker_transport_options = {"global_keyprefix": settings.key_prefix, **options}
    keys = [uuid4().hex for _ in range(2)]
    try:
        for key, priority in zip(keys, (1, 7), strict=True):
            request = {**REQUEST, "idempotency_key": key}
            app.send_task("glueline.request", [request], queue="glueline", priority=priority)
    finally:
        app.close()
    for key in keys:
        assert _ended(service, key).state.is_final
    service.system.calm_down()


@pytest.mark.parametrize("name", ["expired", "gzip by its encoding", "duplicate keys"])
def test_what_is_not_run_is_a_dead_letter_with_its_reason(
    service: Service, client: redis.Redis, name: str
) -> None:
    """All bad kinds are in the case `poisoned-queue`."""
    message, reason = POISON[name]
    before = len(service.producer.dead_letters())
    _push(service, client, json.dumps(message))
    letters = eventually(lambda: service.producer.dead_letters()[: -before or None])
    assert reason in letters[0].reason


def _push(service: Service, client: redis.Redis, *messages: str | bytes) -> None:
    for message in messages:
        client.lpush(f"{service.system.settings.key_prefix}glueline", message)


def _ended(service: Service, key: str) -> RunStatus:
    def found() -> RunStatus | None:
        runs = service.producer.runs(500)
        return next((run for run in runs if run.request.idempotency_key == key), None)

    return service.system.wait(eventually(found).run_id)
