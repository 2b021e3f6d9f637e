"""Messages that other programs put on the queue: good ones run, bad ones become dead letters."""

import base64
import json
import pickle
from typing import Any
from uuid import uuid4

import pytest
import redis
from celery import Celery
from tests.integration.conftest import Service
from tests.support.system import eventually

from glueline import RunState
from glueline.contract.runs import RunStatus

REQUEST = {
    "schema_version": 1,
    "kind": "request",
    "scope": {"kind": "database", "name": "raw_sales_0000"},
}
SECRET = "hunter2hunter2"


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
    message = json.dumps(_envelope([REQUEST]))
    _push(service, client, message, message)
    run = _ended(service, f"message/{json.loads(message)['headers']['id']}")
    assert run.state is RunState.SUCCEEDED
    assert run.counts["table"] == 20
    service.system.calm_down()
    assert service.sim.stats()["operations"]["GetTables"]["calls"] == 1


def _envelope(args: Any, task: str = "glueline.request", **changes: Any) -> dict[str, Any]:
    """A message as kombu writes it, from what its protocol documents."""
    body = base64.b64encode(json.dumps([args, {}, {}]).encode()).decode()
    task_id = str(uuid4())
    message = {
        "body": body,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "any", "task": task, "id": task_id, "root_id": task_id},
        "properties": {
            "correlation_id": task_id,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "glueline"},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid4()),
        },
    }
    return {**message, **changes}


def _properties(**changes: Any) -> dict[str, Any]:
    properties = {**_envelope([])["properties"], **changes}
    return {name: value for name, value in properties.items() if value is not None}


def _body(content: bytes) -> str:
    return base64.b64encode(content).decode()


UNIT = {"schema_version": 1, "kind": "databases", "run_id": "0" * 32, "source": "default"}

POISON: dict[str, tuple[Any, str]] = {
    "not JSON": ("{oops", "not JSON"),
    "not text": (b"\xff\xfe\x00", "not JSON"),
    "no object": ([1, 2], "lacks the fields"),
    "no fields": ({"hello": "world"}, "lacks the fields"),
    "null": (None, "lacks the fields"),
    "no properties": (_envelope([REQUEST], properties=None), "lacks the fields"),
    "no headers": (_envelope([REQUEST], headers=None), "lacks the fields"),
    "no delivery tag": (
        _envelope([REQUEST], properties=_properties(delivery_tag=None)),
        "lacks the fields",
    ),
    "empty headers": (_envelope([REQUEST], headers={}), "not a Celery task"),
    "no content type": (_envelope([REQUEST], **{"content-type": None}), "cannot be handled"),
    "unknown encoding": (
        _envelope([REQUEST], properties=_properties(body_encoding="rot13")),
        "cannot be handled",
    ),
    "bad base64": (_envelope([REQUEST], body="%%%%%"), "cannot be handled"),
    "body of no JSON": (_envelope([REQUEST], body=_body(b"{")), "cannot be decoded"),
    "body of no text": (_envelope([REQUEST], body=_body(b"\xff\xfe")), "cannot be decoded"),
    "body is a number": (_envelope([REQUEST], body=17), "cannot be handled"),
    "body holds no arguments": (_envelope([REQUEST], body=_body(b"17")), "cannot be handled"),
    "arguments are no list": (_envelope(17), "cannot be handled"),
    "pickle": (
        _envelope(
            [REQUEST],
            body=_body(pickle.dumps({**REQUEST, "password": SECRET})),
            **{"content-type": "application/x-python-serialize", "content-encoding": "binary"},
        ),
        "not a Celery task: ContentDisallowed",
    ),
    "malformed time": (
        _envelope([REQUEST], headers={"task": "glueline.request", "id": "1", "eta": "soon"}),
        "not a Celery task",
    ),
    "identity of no text": (
        _envelope([REQUEST], headers={"task": "glueline.request", "id": {}}),
        "cannot be handled",
    ),
    "task of no text": (_envelope([REQUEST], headers={"task": {}, "id": "1"}), "cannot be handled"),
    "unknown task": (_envelope([REQUEST], "glueline.explode"), "no task 'glueline.explode'"),
    "no arguments": (_envelope([]), "one argument"),
    "two arguments": (_envelope([REQUEST, REQUEST]), "one argument"),
    "unknown kind": (_envelope([{**REQUEST, "kind": "wish"}]), "not a Glueline message"),
    "unknown field": (_envelope([{**REQUEST, "color": "red"}]), "not a Glueline message"),
    "future version": (_envelope([{**REQUEST, "schema_version": 2}]), "schema_version"),
    "no dict": (_envelope(["catalog"]), "not a Glueline message"),
    "kind of another task": (_envelope([UNIT]), "came as task"),
    "unknown source": (_envelope([{**REQUEST, "source": "mars"}]), "no source 'mars'"),
    "5 MB": (_envelope([{**REQUEST, "source": "x" * 5_000_000}]), "not a Glueline message"),
    "secret": (_envelope([{**REQUEST, "password": SECRET}]), "not a Glueline message"),
    "secret that cannot be handled": (
        _envelope([{**REQUEST, "password": SECRET}], **{"content-type": None}),
        "cannot be handled",
    ),
}


@pytest.mark.parametrize("name", POISON)
def test_poison_becomes_a_dead_letter_and_the_worker_lives_on(
    service: Service, client: redis.Redis, name: str
) -> None:
    message, reason = POISON[name]
    before = len(service.producer.dead_letters())
    pids = eventually(lambda: service.system.workers.pids)
    good = {**REQUEST, "idempotency_key": uuid4().hex}
    poison = message if isinstance(message, str | bytes) else json.dumps(message)
    _push(service, client, poison, json.dumps(_envelope([good])))
    assert _ended(service, good["idempotency_key"]).state is RunState.SUCCEEDED
    service.system.calm_down()
    letters = service.producer.dead_letters()
    assert len(letters) == before + 1, service.system.logs()
    assert reason in letters[0].reason
    assert len(letters[0].body) <= 2000
    assert SECRET not in letters[0].model_dump_json()
    assert service.system.workers.pids == pids


def _push(service: Service, client: redis.Redis, *messages: str | bytes) -> None:
    for message in messages:
        client.lpush(f"{service.system.settings.key_prefix}glueline", message)


def _ended(service: Service, key: str) -> RunStatus:
    def found() -> RunStatus | None:
        runs = service.producer.runs(500)
        return next((run for run in runs if run.request.idempotency_key == key), None)

    return service.system.wait(eventually(found).run_id)
