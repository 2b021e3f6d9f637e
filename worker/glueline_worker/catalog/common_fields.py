"""What the answers about databases, tables, partitions and jobs have in common."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import CatalogLink, Federated
from glueline_worker.catalog.values import mapping_at, plain, text_of
from glueline_worker.redact import redact_answer

UNNAMED = "(unnamed)"


def name_of(answer: Mapping[str, Any], notes: list[str]) -> str:
    """Return the thing's name; with a note, that of what it links to or ``(unnamed)``."""
    if name := text_of(answer.get("Name")):
        return name
    notes.append("The name is missing.")
    target = mapping_at(answer, "TargetTable", notes) or {}
    return text_of(target.get("Name")) or UNNAMED


def link_of(answer: Mapping[str, Any], key: str, notes: list[str]) -> CatalogLink | None:
    """Return where the resource link at ``key`` (TargetTable or TargetDatabase) points."""
    target = mapping_at(answer, key, notes)
    if not target:
        return None
    database = text_of(target.get("DatabaseName"))
    if not database:
        notes.append(f"{key} names no database.")
    return CatalogLink(
        catalog_id=text_of(target.get("CatalogId")),
        database=database or UNNAMED,
        table=text_of(target.get("Name")),
        region=text_of(target.get("Region")),
    )


def label_of_link(link: CatalogLink) -> str:
    """Return what a resource link points at in a few words."""
    name = f"{link.database}.{link.table}" if link.table else f"database {link.database}"
    owner = f" of {link.catalog_id}" if link.catalog_id else ""
    return f"{name}{owner} in {link.region}" if link.region else f"{name}{owner}"


def federated_of(answer: Mapping[str, Any], key: str, notes: list[str]) -> Federated | None:
    """Return the foreign thing at ``key`` (FederatedTable or FederatedDatabase)."""
    foreign = mapping_at(answer, key, notes)
    if not foreign:
        return None
    return Federated(
        identifier=text_of(foreign.get("Identifier")),
        connection_name=text_of(foreign.get("ConnectionName")),
    )


def raw_of(answer: Mapping[str, Any], *, wanted: bool) -> dict[str, Any] | None:
    """Return the answer as JSON values without its secrets, where the request wants it."""
    return dict(redact_answer(plain(answer))) if wanted else None
