"""What Celery's Redis transport must not do to a worker."""

from types import SimpleNamespace

import pytest

from glueline.celery_app import make_celery_app
from glueline.contract.messages import CheckRequest, DatabasesUnit, JobsUnit
from glueline.contract.names import QUEUE
from glueline.ledger import Keys
from glueline.queue import Publisher, make_redis_client
from glueline.settings.settings import Settings
from glueline_worker.broker.consumer_steps import refresh_visibility


def test_a_connection_that_is_closed_already_is_an_error_that_celery_outlives(settings: Settings):
    app = make_celery_app(settings)
    app.conf.broker_transport = "glueline_worker.broker.transport:Transport"
    with app.connection() as connection:
        channel = connection.default_channel
        with channel.conn_or_acquire() as client:
            assert client.ping()
        channel._disconnect_pools()
        connection.transport.client = None
        with pytest.raises(connection.connection_errors), channel.conn_or_acquire():
            pass
    app.close()


def test_a_channel_that_was_closed_is_an_error_that_celery_outlives(settings: Settings):
    """A connection that broke is closed with its channels, wherever they are in use."""
    app = make_celery_app(settings)
    app.conf.broker_transport = "glueline_worker.broker.transport:Transport"
    with app.connection() as connection:
        channel = connection.channel()
        with channel.conn_or_acquire() as client:
            assert client.ping()
        channel.close()
        channel._disconnect_pools()
        assert channel.connection is None
        with pytest.raises(connection.connection_errors), channel.conn_or_acquire():
            pass
    app.close()


def test_a_channel_that_is_closed_waits_for_no_message(settings: Settings):
    app = make_celery_app(settings)
    app.conf.broker_transport = "glueline_worker.broker.transport:Transport"
    app.conf.broker_transport_options["socket_timeout"] = None
    with app.connection() as connection:
        channel = connection.channel()
        channel.basic_consume("glueline", no_ack=False, callback=print, consumer_tag="1")
        channel.client.connection = channel.client.connection_pool.get_connection()
        channel._brpop_start(timeout=10_000)
        channel.close()  # without its order to Redis, kombu would read for 10,000 seconds
    app.close()


def test_only_messages_that_the_ledger_does_not_know_are_recorded_as_taken(settings: Settings):
    app = make_celery_app(settings)
    app.conf.broker_transport = "glueline_worker.broker.transport:Transport"
    run = {"run_id": "0" * 16, "source": "default"}
    with app.connection() as connection, make_redis_client(settings) as client:
        messages = [JobsUnit(**run), DatabasesUnit(**run), CheckRequest(source="a")]
        Publisher(client, Keys(settings.key_prefix)).publish(messages)
        channel = connection.default_channel
        unit, other, check = (channel.basic_get(QUEUE) for _ in range(3))
        index = f"{settings.key_prefix}unacked_index"
        assert client.zrange(index, 0, -1) == [check.delivery_tag.encode()]

        client.zadd(index, {check.delivery_tag: 1})
        consumer = SimpleNamespace(task_consumer=SimpleNamespace(channel=channel))
        assert refresh_visibility(consumer) == 1
        assert client.zscore(index, check.delivery_tag) > 1

        queue = settings.key_prefix + QUEUE
        other.ack()
        unit.reject(requeue=True)
        assert client.llen(queue) == 1
        check.ack()
        assert client.zcard(index) == 0

        again = channel.basic_get(QUEUE)
        assert again.headers["redelivered"]
        channel.qos.restore_unacked()
        assert client.llen(queue) == 1
    app.close()
