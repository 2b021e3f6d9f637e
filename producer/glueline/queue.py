"""The queue: Celery on Redis, set up the same way for producers and workers."""

from collections.abc import Sequence
from typing import Protocol

import redis
import redis.asyncio
from celery import Celery
from kombu.exceptions import KombuError

from glueline.contract.errors import Retryable
from glueline.contract.messages import CheckRequest, UnitMessage
from glueline.contract.names import QUEUE, task_name
from glueline.ledger import Commands, Keys
from glueline.redis import clients
from glueline.redis.errors import explain
from glueline.settings.settings import Settings

VISIBILITY_TIMEOUT = 60
"""Seconds until Celery gives an unacknowledged message to another worker; workers refresh it."""


class QueueUnavailable(Retryable):
    """Messages cannot be published now; the ledger's reconciler publishes them later."""

    code = "queue_unavailable"


def make_celery_app(settings: Settings) -> Celery:
    """Make a Celery application on the broker of ``settings``; JSON only, no result backend."""
    broker = clients.make_broker_settings(settings.redis_url)
    app = Celery("glueline", set_as_current=False)
    app.conf.update(
        broker_url=broker["broker_url"],
        broker_use_ssl=broker["broker_use_ssl"],
        broker_transport=broker["broker_transport"],
        task_default_queue=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        event_serializer="json",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_send_task_events=True,
        worker_enable_remote_control=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=5,
        # A Redis that is full or read-only refuses writes; the worker survives that.
        broker_channel_error_retry=True,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_transport_options={
            "global_keyprefix": settings.key_prefix,
            "visibility_timeout": VISIBILITY_TIMEOUT,
            "unacked_restore_interval": 5,
            # A worker that dies while restoring must not stop the others for kombu's five minutes.
            "unacked_mutex_expire": 30,
            "unacked_restore_throttle": 1,
            "priority_steps": [0],
            **broker["broker_transport_options"],
        },
    )
    return app


def make_redis_client(settings: Settings) -> redis.Redis:
    """Make a blocking client for the ledger."""
    return clients.make_client(settings.redis_url)


def make_async_redis_client(settings: Settings, connections: int) -> redis.asyncio.Redis:
    """Make a client for the running event loop."""
    return clients.make_async_client(settings.redis_url, connections)


def make_commands(settings: Settings) -> Commands:
    """Make the ledger's commands with the settings' key prefix and times."""
    return Commands(
        Keys(settings.key_prefix),
        redispatch_after_ms=int(settings.silence * 1000),
        overtake_margin_ms=int(settings.silence * 250),
    )


class MessagePublisher(Protocol):
    """Puts messages on the queue: a ``Publisher``, or one that records them for tests."""

    def publish(self, units: Sequence[UnitMessage | CheckRequest], /) -> None:
        """Put messages on the queue in their order; raises QueueUnavailable."""


class Publisher:
    """Publishes messages, many in one round trip. Safe to use from several threads."""

    def __init__(self, app: Celery) -> None:
        """Publish through the connections of ``app``."""
        self._app = app

    def publish(self, units: Sequence[UnitMessage | CheckRequest]) -> None:
        """Put messages on the queue in their order; raises QueueUnavailable."""
        if not units:
            return
        try:
            with self._app.producer_pool.acquire(block=True) as producer, producer.batch():
                for unit in units:
                    self._app.send_task(
                        task_name(unit.kind),
                        args=(unit.model_dump(mode="json"),),
                        argsrepr=unit.label,
                        kwargsrepr="",
                        producer=producer,
                    )
        except (KombuError, OSError, redis.RedisError) as error:
            raise QueueUnavailable(f"cannot publish: {explain(error)}") from None
