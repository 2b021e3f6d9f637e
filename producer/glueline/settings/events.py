"""The ``[events]`` part of the settings: how changes become runs."""

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from glueline.contract.messages import Options, SourceName
from glueline.contract.model import StrictModel

Delay = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]


class EventSettings(StrictModel):
    """Settings of the runs for changes that EventBridge reports."""

    debounce: Delay = 2
    """Seconds that a database, or the jobs of a source, must be quiet before the change is read."""
    debounce_at_most: Delay = 30
    """Seconds after which it is read even if changes go on."""
    options: Options = Options()
    """Options of the runs, see [messages](messages.md#options); workers read them."""
    source: SourceName | None = None
    """The source of all events, else the one of each event's account and region."""
    queue: Annotated[str, Field(max_length=2000)] | None = None
    """The URL of the SQS queue that `glueline events` reads."""
    queue_source: SourceName | None = None
    """The source whose credentials read the queue, else AWS's own configuration."""
    pollers: Annotated[int, Field(ge=1, le=32)] = 2
    """Requests to the queue at the same time; each brings ten messages at the most."""
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """The port of /metrics, /healthz and /readyz of `glueline events`; 0: none."""
    metrics_host: str = "127.0.0.1"
    """The address of that port."""

    @field_validator("queue")
    @classmethod
    def _url(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("https://", "http://")):
            raise ValueError(
                "the queue's URL looks like https://sqs.eu-west-1.amazonaws.com/123456789012/name"
            )
        return url

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.debounce > self.debounce_at_most:
            raise ValueError("debounce is longer than debounce_at_most")
        return self
