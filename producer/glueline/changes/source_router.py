"""Find the sources of an event, by its account and region."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from glueline.changes.eventbridge import Event
from glueline.contract.changes import Change, admits
from glueline.contract.errors import UsageError
from glueline.contract.messages import JobScope
from glueline.settings.settings import Settings
from glueline.settings.sources import Source

_ACCOUNT_WEIGHT = 2
"""A matching account counts more than a matching region."""


class NoSource(UsageError):
    """An event fits no source, or more than one."""

    code = "unknown_source"


class _SourceLocation(NamedTuple):
    """The account and region of a source's tables or jobs, as far as the settings tell."""

    name: str
    account: str | None
    region: str | None


class SourceRouter:
    """Finds the sources of events. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        """Use the sources of ``settings``; without any, ``default`` is the source of all events."""
        declared: Mapping[str, Source] = settings.all_sources or {"default": Source()}
        self._declared = declared
        self.is_open = not settings.all_sources
        """Whether no source is declared here, so that any name may be one."""
        self._places = {
            False: [
                _SourceLocation(n, _find_catalog_account(s), s.region) for n, s in declared.items()
            ],
            True: [_SourceLocation(n, s.account, s.region) for n, s in declared.items()],
        }
        self._found = lru_cache(maxsize=1024)(self._find)

    def find_changes(self, event: Event, source: str | None = None) -> list[Change]:
        """Return the changes in ``source``, or in the event's own sources; raises NoSource.

        Changes that the filters of a source leave out are left out.
        """
        if not event.scopes:
            return []
        return [
            Change(source=name, scope=scope, is_gone=event.is_gone)
            for name in self.find_sources(event, source)
            for scope in event.scopes
            if admits(self._source(name).filters, scope)
        ]

    def find_sources(self, event: Event, source: str | None = None) -> tuple[str, ...]:
        """Return ``source`` or the event's own sources, whatever their filters; raises NoSource."""
        if source or not event.scopes:
            return (source,) if source else ()
        is_job = isinstance(event.scopes[0], JobScope)
        return self._found(event.account, event.region, is_job)

    def _source(self, name: str) -> Source:
        """Return a declared source; without declarations only workers know the sources."""
        found = self._declared.get(name)
        if found is None and not (self.is_open or name == "default"):
            raise NoSource(f"there is no source {name!r}")
        return found or Source()

    def _find(self, account: str | None, region: str | None, is_job: bool) -> tuple[str, ...]:  # noqa: FBT001
        """Return the best matches: those in the account, or else the only one that fits."""
        ranks = {
            place.name: _ACCOUNT_WEIGHT * (place.account is not None and account is not None)
            + (place.region is not None and region is not None)
            for place in self._places[is_job]
            if _is_compatible(place.account, account) and _is_compatible(place.region, region)
        }
        best = max(ranks.values(), default=0)
        names = tuple(name for name, rank in ranks.items() if rank == best)
        if not names or (best < _ACCOUNT_WEIGHT and len(names) > 1):
            which = "more than one source" if names else "no source"
            raise NoSource(
                f"{which} may be that of account {account or 'unknown'} and region "
                f"{region or 'unknown'}: name the account by catalog_id or a role, and the region"
            )
        return names


def _find_catalog_account(source: Source) -> str | None:
    """Return the account whose catalogue is read."""
    found = re.match(r"\d{12}", source.catalog_id or "")
    return found[0] if found else source.account


def _is_compatible(known: str | None, given: str | None) -> bool:
    return known is None or given is None or known == given
