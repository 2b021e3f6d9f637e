"""Request quotas: a token bucket for each account and operation."""

from dataclasses import dataclass
from typing import NamedTuple

from glueline_simulator.errors import UsageError


class Quota(NamedTuple):
    """So many calls a second, and how many may come at once after a pause."""

    rate: float
    burst: float

    @classmethod
    def parse(cls, text: str) -> "Quota":
        """Read ``50`` or ``50:10``; without a burst it is one second's worth, at least one."""
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
        """The form that `parse` reads."""
        return f"{self.rate:g}:{self.burst:g}"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


class Quotas:
    """Answers whether a call is within its quota. ``*`` is the quota of Glue calls not named."""

    def __init__(self, quotas: dict[str, Quota]) -> None:
        self._quotas = quotas
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def admit(self, account: str, operation: str, *, named_only: bool, now: float) -> bool:
        """Take one call from the bucket; ``now`` is a monotonic time in seconds."""
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
