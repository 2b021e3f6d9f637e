"""Read the fields that answers about databases, tables, partitions and jobs have in common."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import CatalogLink, Federated
from glueline_worker.catalog.values import read_object, to_plain_json, to_text
from glueline_worker.redact import redact_answer

_UNNAMED = "(unnamed)"


def read_name(answer: Mapping[str, Any], warnings: list[str]) -> str:
    """Return the name; without one, with a warning, that of the link target or ``(unnamed)``."""
    if name := to_text(answer.get("Name")):
        return name
    warnings.append("The name is missing.")
    target = read_object(answer, "TargetTable", warnings) or {}
    return to_text(target.get("Name")) or _UNNAMED


def read_link(answer: Mapping[str, Any], key: str, warnings: list[str]) -> CatalogLink | None:
    """Return the target of the resource link at ``key`` (TargetTable or TargetDatabase)."""
    target = read_object(answer, key, warnings)
    if not target:
        return None
    database = to_text(target.get("DatabaseName"))
    if not database:
        warnings.append(f"{key} names no database.")
    return CatalogLink(
        catalog_id=to_text(target.get("CatalogId")),
        database=database or _UNNAMED,
        table=to_text(target.get("Name")),
        region=to_text(target.get("Region")),
    )


def format_link(link: CatalogLink) -> str:
    """Describe the target of a resource link in a few words."""
    name = f"{link.database}.{link.table}" if link.table else f"database {link.database}"
    owner = f" of {link.catalog_id}" if link.catalog_id else ""
    return f"{name}{owner} in {link.region}" if link.region else f"{name}{owner}"


def read_federated(answer: Mapping[str, Any], key: str, warnings: list[str]) -> Federated | None:
    """Return the foreign table or database at ``key`` (FederatedTable, FederatedDatabase)."""
    foreign = read_object(answer, key, warnings)
    if not foreign:
        return None
    return Federated(
        identifier=to_text(foreign.get("Identifier")),
        connection_name=to_text(foreign.get("ConnectionName")),
    )


def read_raw(answer: Mapping[str, Any], *, wanted: bool) -> dict[str, Any] | None:
    """Return the answer as JSON values without secrets; None unless it is ``wanted``."""
    return dict(redact_answer(to_plain_json(answer))) if wanted else None
