"""A step of Celery's consumer: signals take effect at once."""

import signal
import socket
import threading
from typing import Any

from celery import bootsteps


class SignalWakeup(bootsteps.StartStopStep):
    """Ends the wait of Celery's event loop when a signal comes.

    The handler of SIGTERM only sets a flag. Python then continues the wait, and Celery sees the
    flag when the next timer ends it, up to a second later.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        """Make the pair of sockets that Python writes the numbers of signals into."""
        super().__init__(consumer, **options)
        self._wakeup, self._signals = socket.socketpair()
        self._wakeup.setblocking(False)
        self._signals.setblocking(False)

    def register_with_event_loop(self, consumer: Any, hub: Any) -> None:  # noqa: ARG002 - Celery's
        """Let ``hub`` wait for signals too. Celery calls this after each connection."""
        if threading.current_thread() is threading.main_thread():
            hub.add_reader(self._wakeup.fileno(), self._drain)
            signal.set_wakeup_fd(self._signals.fileno(), warn_on_full_buffer=False)

    def _drain(self) -> None:
        try:
            self._wakeup.recv(4096)
        except BlockingIOError:
            return
