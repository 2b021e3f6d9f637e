"""The schedules of ``glueline.toml`` under Celery beat: ``celery --app glueline.beat beat``.

Beat's own files and entries play no part; the ledger remembers which slots were served.
"""

from typing import Any

from celery.beat import Scheduler as BeatScheduler

from glueline.celery_app import make_celery_app
from glueline.client.producer import Producer
from glueline.client.scheduler import TICK_INTERVAL, Scheduler
from glueline.settings.settings import load_settings
from glueline.telemetry import tracing


class LedgerScheduler(BeatScheduler):  # type: ignore[misc]  # Celery has no types
    """Serves the slots that are due each time beat asks. Several beats may run side by side."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Read the settings; raises UsageError when they are wrong."""
        tracing.begin("glueline-scheduler")
        settings = load_settings()
        self._is_ticking = False
        self._producer = Producer(settings)
        self._schedules = Scheduler(self._producer, settings.all_schedules)
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Do nothing: Celery's own entries are not used."""

    def tick(self, *_args: Any, **_kwargs: Any) -> float:
        """Serve what is due; return the seconds until beat asks again."""
        self._is_ticking = True
        try:
            self._schedules.tick()
        finally:
            self._is_ticking = False
        return TICK_INTERVAL

    def close(self) -> None:
        """Close the connections."""
        if self._is_ticking:  # Celery's signal handler closes in mid-tick, and again after it
            return
        self._producer.close()
        tracing.end()
        super().close()


app = make_celery_app(load_settings())
app.conf.beat_scheduler = "glueline.beat:LedgerScheduler"
