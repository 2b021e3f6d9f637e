"""What Celery's Redis transport must not do to a worker."""

import pytest

from glueline.queue import make_celery_app
from glueline.settings.settings import Settings


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
