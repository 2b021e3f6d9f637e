"""The ``[worker]`` part of the settings."""

from typing import Annotated

from pydantic import Field

from glueline.contract.model import StrictModel
from glueline.settings.redis_shards import MAIN_SHARD

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class WorkerSettings(StrictModel):
    """Settings of a worker process."""

    shard: str = MAIN_SHARD
    """The Redis shard that the worker serves."""
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 32
    """Units at the same time."""
    unit_timeout: Seconds = 900
    lease: Seconds = 30
    """Seconds after which a unit is given to another worker if its own does not renew it."""
    attempts: Annotated[int, Field(ge=1, le=100)] = 4
    """Attempts at a unit before it counts as failed."""
    call_timeout: Seconds = 60
    """Seconds for an AWS call with all its retries within one attempt."""
    read_timeout: Seconds = 30
    """Seconds for one HTTP answer of AWS."""
    page_budget: Annotated[int, Field(ge=1)] = 20
    """Pages of tables that one unit reads before the next one takes over."""
    split_after: Annotated[int, Field(ge=0)] = 50
    """Pages after which a database is listed anew by ranges of names, in parallel; 0: never."""
    grace: Seconds = 10
    """Seconds for running units to end when the worker is stopped."""
    reconcile_interval: Seconds = 2
    rate_floor: Annotated[float, Field(gt=0)] = 2
    """AWS calls per second for each family of calls while the shared quota cannot be asked."""
    rate_start: Annotated[float, Field(gt=0)] = 60
    """AWS calls per second that a family of calls starts with; then the rate is learnt."""
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """The port of a worker's /metrics, /healthz and /readyz; 0: none. Each worker needs its own."""
    metrics_host: str = "127.0.0.1"
    """The address of that port; ``0.0.0.0`` is for probes and scrapes from outside."""
