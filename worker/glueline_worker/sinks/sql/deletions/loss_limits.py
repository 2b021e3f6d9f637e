"""How much may vanish at once before it is more likely a lost permission than a deletion.

Glue leaves out what the caller may not see. The same share is the limit of each listing and of
all databases, tables or jobs that the run listed: half of every database that is hidden at once
is half of the source. Exactly the share is too much, except for one thing alone: of two tables,
one can be dropped. What is below the limit and yet unusual is marked deleted with a warning.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

UNUSUAL_SHARE = 0.1
UNUSUAL_SHARE_OF_LISTING = 0.25
FEW = 3
"""Fewer things than these that vanish at once are nothing unusual."""

SAID = 20
"""Sentences of one kind; the others are counted."""


@dataclass
class Loss:
    """How much is gone of what was live before the run."""

    gone: int = 0
    live: int = 0

    def add(self, gone: int, live: int) -> None:
        """Add what another listing lost."""
        self.gone += gone
        self.live += live

    def is_beyond(self, share: float) -> bool:
        """Whether too much is gone; 1 allows all."""
        limit = share * self.live
        return share < 1 and self.gone > 0 and (self.gone > limit or self.gone == limit > 1)

    def is_unusual(self, share: float) -> bool:
        """Whether people should hear of it."""
        return self.gone >= FEW and self.gone >= share * self.live

    def __str__(self) -> str:
        """``3 of 4``."""
        return f"{self.gone} of {self.live}"


@dataclass
class Limits:
    """Judges what a run did not find; all counts come before the first judgement."""

    share: float
    held: dict[str, str] = field(default_factory=dict)
    """Why nothing of a listing is marked deleted, by listing."""
    _whole: dict[str, Loss] = field(default_factory=dict)
    """Without what is held back in its listing."""
    _held_back: Counter[str] = field(default_factory=Counter)
    _all: dict[str, int] = field(default_factory=dict)
    _unusual: list[str] = field(default_factory=list)

    def add(self, what: str, listing: str, gone: int, live: int) -> bool:
        """Count the databases, tables or jobs of a listing; whether its deletions may go on."""
        loss = Loss(gone, live)
        if loss.is_beyond(self.share):
            self.held[listing] = (
                f"{loss} {what} of the listing {listing!r} were not found and nothing of it was "
                f"marked deleted, because max_deletion_share is {self.share:g}; {_ALLOW}"
            )
        elif loss.is_unusual(UNUSUAL_SHARE_OF_LISTING):
            self._unusual.append(f"{loss} {what} of the listing {listing!r}")
        allowed = listing not in self.held
        self._whole.setdefault(what, Loss()).add(gone if allowed else 0, live)
        self._held_back[what] += 0 if allowed else gone
        return allowed

    def add_below(self, what: str, gone: int, live: int) -> None:
        """Count what goes with databases that are gone, out of all that the source has."""
        self._whole.setdefault(what, Loss()).add(gone, gone)
        self._all[what] = live

    def beyond(self) -> dict[str, str]:
        """Say of which kinds too many are gone in all, and that nothing of them was deleted.

        What is held back in its listing counts too: where much is hidden, the rest may be as well.
        """
        totals = {
            what: Loss(loss.gone + self._held_back[what], loss.live)
            for what, loss in self._totals().items()
            if loss.gone
        }
        return {
            what: f"{loss} {what} of all that the source has were not found and none was marked "
            f"deleted, because max_deletion_share is {self.share:g} and holds for all of them "
            f"together; {_ALLOW}"
            for what, loss in totals.items()
            if loss.is_beyond(self.share)
        }

    def unusual(self, *, without: frozenset[str]) -> Iterator[str]:
        """Say what was marked deleted and is much, but for kinds of which nothing was."""
        if self.share >= 1:
            return
        found = {what: loss for what, loss in self._totals().items() if what not in without}
        many = {what for what, loss in found.items() if loss.is_unusual(UNUSUAL_SHARE)}
        for what in sorted(many):
            yield f"{found[what]} {what} of all that the source has {_MARKED}"
        for said in self._unusual:
            if said.split()[3] not in many | without:
                yield f"{said} {_MARKED}"

    def _totals(self) -> dict[str, Loss]:
        return {
            what: Loss(loss.gone, max(loss.live, self._all.get(what, 0)))
            for what, loss in self._whole.items()
        }


_ALLOW = "if they are gone indeed, a run with a greater share, up to 1, marks them"
_MARKED = "were marked deleted at once; if they still exist, the role may no longer see them"


def first_of(sentences: list[str]) -> list[str]:
    """The first sentences, and how many more there are."""
    more = len(sentences) - SAID
    return sentences if more <= 0 else [*sentences[:SAID], f"and {more} more sentences like these"]
