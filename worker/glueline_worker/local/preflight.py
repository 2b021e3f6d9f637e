"""Make one cheap call before a run, to find a wrong region, key or address at once."""

import asyncio

from glueline.settings.settings import Settings
from glueline_worker.aws.errors import AwsDenied
from glueline_worker.aws.quota import LocalQuota
from glueline_worker.aws.sources import SourceConnections

_CALL_SECONDS = 5.0


def ensure_source_answers(settings: Settings, source: str) -> None:
    """Raise the UsageError or AwsError that would make every unit of ``source`` fail."""
    asyncio.run(_check(settings, source))


async def _check(settings: Settings, source: str) -> None:
    quick = settings.worker.model_copy(
        update={"call_timeout": _CALL_SECONDS, "read_timeout": _CALL_SECONDS}
    )
    sources = SourceConnections(settings.model_copy(update={"worker": quick}), LocalQuota(100))
    try:
        connection = await sources.connect(source)
        catalog = connection.source.catalog_id
        only = {"CatalogId": catalog} if catalog else {}
        await connection.call("glue", "GetDatabases", MaxResults=1, **only)
    except AwsDenied:
        return  # jobs may still be readable; the run will show
    finally:
        await sources.close()
