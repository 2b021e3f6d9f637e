"""Whether a source can be read."""

import asyncio
from datetime import UTC, datetime
from typing import Literal

from glueline.contract.checks import CheckItem, CheckReport
from glueline.contract.errors import GluelineError
from glueline.settings import Settings
from glueline_worker.aws.errors import AwsDenied
from glueline_worker.aws.quota import LocalPace
from glueline_worker.aws.sources import Sources
from glueline_worker.redact import redact_text

SECONDS = 5.0
"""For one call; a check is waited for."""


def check_source(settings: Settings, name: str) -> CheckReport:
    """Try what a run of ``name`` needs; what AWS answers stands in the report."""
    try:
        asyncio.run(look(settings, name))
    except AwsDenied as error:
        return _report(name, "denied", str(error))
    except GluelineError as error:
        return _report(name, "unknown", str(error))
    return _report(name, "allowed")


async def look(settings: Settings, name: str) -> None:
    """Make one cheap call; raises UsageError or AwsError."""
    quick = settings.worker.model_copy(update={"call_timeout": SECONDS, "read_timeout": SECONDS})
    sources = Sources(settings.model_copy(update={"worker": quick}), LocalPace(100))
    try:
        connection = await sources.connect(name)
        catalog = connection.source.catalog_id
        only = {"CatalogId": catalog} if catalog else {}
        await connection.call("glue", "GetDatabases", MaxResults=1, **only)
    finally:
        await sources.close()


def _report(
    name: str, state: Literal["allowed", "denied", "unknown"], detail: str = ""
) -> CheckReport:
    item = CheckItem(
        permission="glue:GetDatabases",
        state=state,
        needed_for="databases and tables",
        without_it="jobs and their lineage",
        detail=redact_text(detail),
    )
    return CheckReport(source=name, at=datetime.now(UTC), ok=state == "allowed", items=(item,))
