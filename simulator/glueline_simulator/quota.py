"""Request quotas: a token bucket for each account and operation."""

from dataclasses import dataclass
from typing import NamedTuple

from glueline_simulator.errors import UsageError


class Quota(NamedTuple):
    """The calls a second, and the calls that may come at once after a pause."""

    rate: float
    burst: float

    @classmethod
    def parse(cls, text: str) -> "Quota":
        """Parse ``50`` or ``50:10``; the burst is that of one second by default, but at least 1."""
        rate_text, colon, burst_text = text.partition(":")
        try:
            rate = float(rate_text)
            burst = float(burst_text) if colon else max(rate, 1.0)
        except ValueError:
            rate, burst = -1.0, -1.0
        if not (0 <= rate < float("inf") and 0 <= burst < float("inf")):
            message = f"{text!r} is no quota; write calls a second, as in 50, or with a burst 50:10"
            raise UsageError(message)
        return cls(rate, burst)

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        return f"{self.rate:g}:{self.burst:g}"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


class QuotaBuckets:
    """Counts calls against their quotas. ``*`` is for all calls of Glue that are not named."""

    def __init__(self, quotas: dict[str, Quota]) -> None:
        self._quotas = quotas
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def admit(self, account: str, operation: str, *, named_only: bool, now: float) -> bool:
        """Tell whether the call is within its quota; ``now`` is a monotonic time in seconds."""
        quota = self._quotas.get(operation)
        if quota is None and not named_only:
            quota = self._quotas.get("*")
        if quota is None:
            return True
        bucket = self._buckets.setdefault((account, operation), _Bucket(quota.burst, now))
        gained = (now - bucket.filled) * quota.rate
        bucket.tokens = min(quota.burst, bucket.tokens + gained)
        bucket.filled = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True
