"""Limit how much may vanish at once: a great loss is more likely a lost permission.

Glue leaves out what the caller may not see. The same share is the limit for each listing, and for
all databases, tables or jobs that the run listed: when half of every database is hidden at once,
half of the source is. A loss of exactly the share is too much, unless it is one thing: of two
tables, one may be dropped. A loss below the limit that is still unusual is marked deleted with a
warning.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

_UNUSUAL_SHARE = 0.1
_UNUSUAL_SHARE_OF_LISTING = 0.25
_FEW = 3
"""A loss of fewer things than these is never unusual."""

_MAX_SENTENCES = 20
"""Sentences of one kind that are shown; the others are counted."""


@dataclass
class Loss:
    """The number of things that are gone, and of those that were live before the run."""

    gone: int = 0
    live: int = 0

    def add(self, gone: int, live: int) -> None:
        """Add the loss of another listing."""
        self.gone += gone
        self.live += live

    def is_beyond(self, share: float) -> bool:
        """Tell whether too much is gone; a share of 1 allows everything."""
        limit = share * self.live
        return share < 1 and self.gone > 0 and (self.gone > limit or self.gone == limit > 1)

    def is_unusual(self, share: float) -> bool:
        """Tell whether the loss deserves a warning."""
        return self.gone >= _FEW and self.gone >= share * self.live

    def __str__(self) -> str:
        """Return a text such as ``3 of 4``."""
        return f"{self.gone} of {self.live}"


@dataclass
class LossLimits:
    """Judges what a run did not find. Everything must be counted before the first judgement."""

    share: float
    held_back: dict[str, str] = field(default_factory=dict)
    """The reasons why nothing of a listing is marked deleted, by listing."""
    _whole: dict[str, Loss] = field(default_factory=dict)
    """The losses by kind, without those that are held back in their listing."""
    _held_back: Counter[str] = field(default_factory=Counter)
    _all: dict[str, int] = field(default_factory=dict)
    _unusual: list[tuple[str, str]] = field(default_factory=list)
    """The kind and the text of each unusual loss in one listing."""

    def add(self, kind: str, listing: str, gone: int, live: int) -> bool:
        """Count the databases, tables or jobs of a listing. Return whether they may be deleted."""
        loss = Loss(gone, live)
        if loss.is_beyond(self.share):
            self.held_back[listing] = (
                f"{loss} {kind} of the listing {listing!r} were not found and nothing of it was "
                f"marked deleted, because max_deletion_share is {self.share:g}; {_ALLOW}"
            )
        elif loss.is_unusual(_UNUSUAL_SHARE_OF_LISTING):
            self._unusual.append((kind, f"{loss} {kind} of the listing {listing!r}"))
        allowed = listing not in self.held_back
        self._whole.setdefault(kind, Loss()).add(gone if allowed else 0, live)
        self._held_back[kind] += 0 if allowed else gone
        return allowed

    def add_below(self, kind: str, gone: int, live: int) -> None:
        """Count what goes with deleted databases, and all that the source has."""
        self._whole.setdefault(kind, Loss()).add(gone, gone)
        self._all[kind] = live

    def beyond(self) -> dict[str, str]:
        """Return a sentence for each kind of which too many are gone in all listings together.

        What is held back in its listing counts too: where much is hidden, the rest may be as well.
        """
        totals = {
            kind: Loss(loss.gone + self._held_back[kind], loss.live)
            for kind, loss in self._totals().items()
            if loss.gone
        }
        return {
            kind: f"{loss} {kind} of all that the source has were not found and none was marked "
            f"deleted, because max_deletion_share is {self.share:g} and holds for all of them "
            f"together; {_ALLOW}"
            for kind, loss in totals.items()
            if loss.is_beyond(self.share)
        }

    def unusual(self, *, without: frozenset[str]) -> Iterator[str]:
        """Yield a sentence for each unusual loss, except for kinds of which nothing is deleted."""
        if self.share >= 1:
            return
        found = {kind: loss for kind, loss in self._totals().items() if kind not in without}
        many = {kind for kind, loss in found.items() if loss.is_unusual(_UNUSUAL_SHARE)}
        for kind in sorted(many):
            yield f"{found[kind]} {kind} of all that the source has {_MARKED}"
        for kind, loss_in_listing in self._unusual:
            if kind not in many | without:
                yield f"{loss_in_listing} {_MARKED}"

    def _totals(self) -> dict[str, Loss]:
        return {
            kind: Loss(loss.gone, max(loss.live, self._all.get(kind, 0)))
            for kind, loss in self._whole.items()
        }


_ALLOW = "if they are really gone, a run with a greater share, up to 1, marks them"
_MARKED = "were marked deleted at once; if they still exist, the role may no longer see them"


def limit_sentences(sentences: list[str]) -> list[str]:
    """Return the first sentences, and one that counts the others."""
    more = len(sentences) - _MAX_SENTENCES
    return (
        sentences
        if more <= 0
        else [*sentences[:_MAX_SENTENCES], f"and {more} more sentences like these"]
    )
