"""Processes that die: workers and Redis."""

from typing import Any

from tests.chaos.case import case
from tests.chaos.stage import Stage, calm, is_over, verify

THOUSANDS = {"databases": 1500, "tables": 8, "jobs": 1000, "columns": 4}
"""2,503 units."""
DOZENS = {"databases": 40, "tables": 8, "jobs": 30, "columns": 4}


@case(
    full={"catalogue": THOUSANDS, "kills": 50, "workers": 4, "latency": 0.6},
    short={"catalogue": DOZENS, "kills": 3, "workers": 2, "latency": 0.6},
)
def killed_workers(
    stage: Stage, catalogue: dict[str, Any], kills: int, workers: int, latency: float
) -> None:
    """``kill -9`` of random workers under a supervisor loses nothing."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers)
    expected = calm(system)
    sim.configure(latency=latency)
    run_id = system.producer.enqueue_catalog().run_id
    with stage.unfinished(sim):
        stage.disturb(
            "kills",
            kills,
            lambda: stage.kill_a_worker(system),
            pause=(0.5, 1.5),
            over=is_over(system, run_id),
        )
    sim.configure(latency=0)
    verify(stage, system, run_id, expected)


@case(
    full={"catalogue": THOUSANDS, "kills": 20, "workers": 4, "latency": 0.6},
    short={"catalogue": DOZENS, "kills": 2, "workers": 2, "latency": 0.6},
)
def killed_redis(
    stage: Stage, catalogue: dict[str, Any], kills: int, workers: int, latency: float
) -> None:
    """``kill -9`` of Redis, which starts again from its append-only file, loses nothing."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers)
    expected = calm(system)
    sim.configure(latency=latency)
    run_id = system.producer.enqueue_catalog().run_id
    over = is_over(system, run_id)
    with stage.unfinished(sim):
        stage.disturb("kills of Redis", kills, stage.kill_redis, pause=(1, 3), over=over)
    sim.configure(latency=0)
    verify(stage, system, run_id, expected)
