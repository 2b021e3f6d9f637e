"""A signal ends the wait of Celery's loop."""

import os
import select
import signal
from collections.abc import Callable
from typing import Any

import pytest

from glueline_worker.broker.signal_wakeup import SignalWakeup


class Hub:
    """What a step needs of kombu's hub."""

    def add_reader(self, fd: int, callback: Callable[[], None]) -> None:
        self.fd, self.callback = fd, callback

    def is_ready(self) -> bool:
        return bool(select.select([self.fd], [], [], 0)[0])


class Consumer:
    """What a step needs of Celery's consumer."""


@pytest.fixture
def hub() -> Any:
    handler, descriptor = signal.signal(signal.SIGUSR1, lambda *_: None), signal.set_wakeup_fd(-1)
    step = SignalWakeup(Consumer())
    step.register_with_event_loop(Consumer(), hub := Hub())
    yield hub
    signal.set_wakeup_fd(descriptor)
    for end in (step._wakeup, step._signals):
        end.close()
    signal.signal(signal.SIGUSR1, handler)


def test_a_signal_makes_the_loop_turn_once(hub: Hub):
    assert not hub.is_ready()
    os.kill(os.getpid(), signal.SIGUSR1)
    assert hub.is_ready()
    hub.callback()
    assert not hub.is_ready()
    hub.callback()
