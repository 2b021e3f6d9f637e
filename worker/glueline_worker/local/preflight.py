"""One cheap call before a run, so that a wrong region, key or address is said at once."""

import asyncio

from glueline.settings.settings import Settings
from glueline_worker.aws.errors import AwsDenied
from glueline_worker.aws.quota import LocalQuota
from glueline_worker.aws.sources import SourceConnections

SECONDS = 5.0


def check_source(settings: Settings, source: str) -> None:
    """Raise what makes every unit of ``source`` fail: UsageError or AwsError."""
    asyncio.run(_check(settings, source))


async def _check(settings: Settings, source: str) -> None:
    quick = settings.worker.model_copy(update={"call_timeout": SECONDS, "read_timeout": SECONDS})
    sources = SourceConnections(settings.model_copy(update={"worker": quick}), LocalQuota(100))
    try:
        connection = await sources.connect(source)
        catalog = connection.source.catalog_id
        only = {"CatalogId": catalog} if catalog else {}
        await connection.call("glue", "GetDatabases", MaxResults=1, **only)
    except AwsDenied:
        return  # jobs may be readable all the same; the run will tell
    finally:
        await sources.close()
