"""Make one cheap call before a run, to find a wrong region, key or address at once."""

import asyncio

from glueline.settings.settings import Settings
from glueline_worker.aws.errors import AwsDenied
from glueline_worker.aws.sources import make_quick_connections

_CALL_SECONDS = 5.0
_CALL_RATE = 100


def ensure_source_answers(settings: Settings, source: str) -> None:
    """Raise the UsageError or AwsError that would make every unit of ``source`` fail."""
    asyncio.run(_check(settings, source))


async def _check(settings: Settings, source: str) -> None:
    sources = make_quick_connections(settings, _CALL_SECONDS, _CALL_RATE)
    try:
        connection = await sources.connect(source)
        catalog = connection.source.catalog_id
        params = {"CatalogId": catalog} if catalog else {}
        await connection.call("glue", "GetDatabases", MaxResults=1, **params)
    except AwsDenied:
        return  # jobs may still be readable; the run will show
    finally:
        await sources.close()
