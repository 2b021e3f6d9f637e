"""Steps of Celery's consumer: refresh the visibility of messages, and send events in batches."""

import threading
import time
from typing import Any

from celery import bootsteps

from glueline.celery_app import VISIBILITY_TIMEOUT
from glueline_worker.broker.dead_letters import dead_letters
from glueline_worker.broker.strict_json import DuplicateKeyError

_EVENT_INTERVAL = 1.0
"""Seconds between two batches of events."""
_MOST_EVENTS = 1000
"""Events of a batch; Celery's own limit of 24 is eight units."""

queue_connected = threading.Event()
"""Set while the worker is connected to the queue."""


class VisibilityRefresh(bootsteps.StartStopStep):
    """Refreshes the visibility of messages whose units are still in progress.

    Celery counts the timeout from the receipt of a message and never refreshes it: a unit that
    takes longer would run twice.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Keep a dead letter of each body that cannot be decoded, too."""
        super().__init__(consumer, **options)
        self._timer: Any = None
        consumer.on_decode_error = _on_decode_error

    def start(self, consumer: Any) -> None:
        """Refresh three times within the timeout."""
        queue_connected.set()
        self._timer = consumer.timer.call_repeatedly(
            VISIBILITY_TIMEOUT / 3, refresh_visibility, (consumer,), priority=10
        )

    def stop(self, consumer: Any) -> None:  # noqa: ARG002 - Celery's signature
        """Stop refreshing; a message that is not acknowledged will be delivered again."""
        queue_connected.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class EventBatches(bootsteps.StartStopStep):
    """Sends the events of tasks, which Flower shows, in batches.

    Celery sends them on each turn of its loop: a message for every other event. Once a second is
    soon enough for people, and saves a tenth of the CPU time of a small unit.
    """

    requires = ("celery.worker.consumer.events:Events",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Send nothing before ``start``."""
        super().__init__(consumer, **options)
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        """Send waiting events once a second; a full buffer is sent at once."""
        consumer.event_dispatcher.on_send_buffered = None
        consumer.event_dispatcher.buffer_limit = _MOST_EVENTS
        self._timer = consumer.timer.call_repeatedly(
            _EVENT_INTERVAL, consumer.event_dispatcher.flush, priority=10
        )

    def stop(self, consumer: Any) -> None:
        """Send the waiting events; without a connection Celery keeps them for the next one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            consumer.event_dispatcher.flush()


def refresh_visibility(consumer: Any) -> int:
    """Renew the leases of the messages that Redis records for this worker; return how many."""
    channel = consumer.task_consumer.channel
    tags = channel.qos.list_recorded()
    if tags:
        with channel.conn_or_acquire() as client:
            now = time.time()
            client.zadd(channel.unacked_index_key, dict.fromkeys(tags, now), xx=True)
    return len(tags)


def _on_decode_error(message: Any, error: Exception) -> None:
    cause = error.args[0] if error.args else None
    reason = str(cause) if isinstance(cause, DuplicateKeyError) else type(error).__name__
    dead_letters(f"the body cannot be decoded: {reason}", message.body)
    message.ack()
