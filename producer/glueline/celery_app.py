"""Celery on the broker of the settings, set up the same way for workers and beat."""

from celery import Celery

from glueline.contract.names import QUEUE
from glueline.redis import clients
from glueline.settings.settings import Settings

VISIBILITY_TIMEOUT = 60
"""Seconds until Celery gives an unacknowledged message to another worker; workers refresh it."""


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
