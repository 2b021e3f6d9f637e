"""Read the fields that answers about databases, tables, partitions and jobs have in common."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import CatalogLink, Federated
from glueline_worker.catalog.values import AnswerReader, to_plain_json
from glueline_worker.redact import redact_answer

_UNNAMED = "(unnamed)"


def read_name(answer: AnswerReader) -> str:
    """Return the name; without one, with a warning, that of the link target or ``(unnamed)``."""
    if name := answer.get_text("Name"):
        return name
    answer.warn("The name is missing.")
    target = answer.get_object("TargetTable")
    return target.get_text("Name") or _UNNAMED


def read_link(answer: AnswerReader, key: str) -> CatalogLink | None:
    """Return the target of the resource link at ``key`` (TargetTable or TargetDatabase)."""
    target = answer.get_object(key)
    if not target.fields:
        return None
    database = target.get_text("DatabaseName")
    if not database:
        answer.warn(f"{key} names no database.")
    return CatalogLink(
        catalog_id=target.get_text("CatalogId"),
        database=database or _UNNAMED,
        table=target.get_text("Name"),
        region=target.get_text("Region"),
    )


def format_link(link: CatalogLink) -> str:
    """Describe the target of a resource link in a few words."""
    name = f"{link.database}.{link.table}" if link.table else f"database {link.database}"
    owner = f" of {link.catalog_id}" if link.catalog_id else ""
    return f"{name}{owner} in {link.region}" if link.region else f"{name}{owner}"


def read_federated(answer: AnswerReader, key: str) -> Federated | None:
    """Return the foreign table or database at ``key`` (FederatedTable, FederatedDatabase)."""
    foreign = answer.get_object(key)
    if not foreign.fields:
        return None
    return Federated(
        identifier=foreign.get_text("Identifier"),
        connection_name=foreign.get_text("ConnectionName"),
    )


def read_raw(fields: Mapping[str, Any], *, wanted: bool) -> dict[str, Any] | None:
    """Return the answer as JSON values without secrets; None unless it is ``wanted``."""
    return dict(redact_answer(to_plain_json(fields))) if wanted else None
