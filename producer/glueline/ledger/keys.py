"""Names of Redis keys; ``scripts/common.lua`` describes the layout."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Literal
from urllib.parse import quote

from glueline.contract.filters import Filters
from glueline.contract.messages import ExtractionRequest
from glueline.contract.names import KEY_PREFIX, QUEUE

KeyOrigin = Literal["caller", "schedule", "message", "change"]
"""The origin of an idempotency key: a caller, or Glueline itself."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys under one prefix, so that several Gluelines can share a server."""

    prefix: str = KEY_PREFIX

    def run(self, run_id: str) -> str:
        """Return the base of a run's keys."""
        return f"{self.prefix}run:{run_id}"

    def scope(self, request: ExtractionRequest) -> str:
        """Return the key of a scope: equal for requests about the same things."""
        about = request.scope.model_dump_json() + _encode_filters(request.filters)
        digest = blake2b(about.encode(), digest_size=12).hexdigest()
        return f"{self.prefix}scope:{request.source}:{digest}"

    def generation(self, source: str) -> str:
        """Return the key of the counter of a source's generations."""
        return f"{self.prefix}generation:{source}"

    def generation_floor(self, source: str) -> str:
        """Return the key of the greatest generation that a sink held above the counter."""
        return f"{self.generation(source)}:floor"

    def idempotency(self, request: ExtractionRequest, origin: KeyOrigin = "caller") -> str:
        """Return the key of an idempotency key's run; without one, a key that is never written.

        Each origin has its own keys, so that no caller can take the slot of a schedule.
        """
        if request.idempotency_key is None:
            return f"{self.prefix}idempotency"
        kind = "idempotency" if origin == "caller" else f"idempotency-{origin}"
        return f"{self.prefix}{kind}:{request.source}:{quote(request.idempotency_key)}"

    def check_report(self, source: str) -> str:
        """Return the key of the last report on a source."""
        return f"{self.prefix}check:{source}"

    def check_request(self, source: str) -> str:
        """Return the key that exists while a check of a source is wanted."""
        return f"{self.prefix}check-asked:{source}"

    def session(self, digest: str) -> str:
        """Return the key of a login to the page, by the digest of the cookie's secret."""
        return f"{self.prefix}session:{digest}"

    @property
    def runs(self) -> str:
        """All runs by the time they were created."""
        return f"{self.prefix}runs"

    @property
    def active(self) -> str:
        """The bases of runs that have not ended."""
        return f"{self.prefix}active"

    @property
    def watermark(self) -> str:
        """The time when the youngest claimed message was published."""
        return f"{self.prefix}watermark"

    @property
    def reconciler(self) -> str:
        """The last time of the reconciler, and its place among all runs."""
        return f"{self.prefix}looked"

    def turn(self, work: str) -> str:
        """Return the key that exists while a worker has its turn at some work."""
        return f"{self.prefix}{work}"

    def change(self, group: str) -> str:
        """Return the key of the changes of a group; see ``record_changes.lua``."""
        return f"{self.prefix}change:{group}"

    @property
    def changes(self) -> str:
        """The groups of changes, ordered by the time they are due."""
        return f"{self.prefix}changes"

    @property
    def sealed_changes(self) -> str:
        """The groups with a batch whose runs have to be opened."""
        return f"{self.prefix}changes:sealed"

    @property
    def change_batches(self) -> str:
        """The batches that wait, ordered by the time they began."""
        return f"{self.prefix}changes:since"

    @property
    def known_events(self) -> str:
        """The events that were recorded, ordered by time."""
        return f"{self.prefix}changes:known"

    @property
    def schedules(self) -> str:
        """The last slot of each schedule that was served."""
        return f"{self.prefix}schedules"

    @property
    def scheduler(self) -> str:
        """The time when a scheduler last had served all that was due."""
        return f"{self.prefix}scheduler"

    @property
    def dead(self) -> str:
        """The dead letters."""
        return f"{self.prefix}dead"

    @property
    def queue(self) -> str:
        """The Redis list that Celery uses as the queue."""
        return f"{self.prefix}{QUEUE}"

    @property
    def quotas(self) -> str:
        """The families of calls that have, or had, a quota."""
        return f"{self.prefix}quotas"

    def quota(self, family: str) -> str:
        """Return the key of a family's learnt quota; see ``acquire.lua`` of the worker."""
        return f"{self.prefix}quota:{family}"


@lru_cache(maxsize=64)
def _encode_filters(filters: Filters) -> str:
    return filters.model_dump_json()
