"""What a run works with: fixed by the first worker that takes one of its units.

Workers of one team may have different settings for a while: a rolling deploy, a forgotten
variable, another folder. Whatever they are, a run has one set of filters, one set of sinks and one
place. A worker that cannot serve them gives the run's units back.
"""

from collections.abc import Sequence

from pydantic import ConfigDict

from glueline.contract.errors import GluelineError, Retryable, Terminal
from glueline.contract.filters import Filters
from glueline.contract.model import StrictModel
from glueline.settings.settings import Settings
from glueline_worker.aws.errors import AwsError
from glueline_worker.aws.sources import Connection
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.model import CatalogPlace

GREATEST = 2**63 - 2
"""The greatest generation that has a greater one in Redis and in SQL."""


class Circumstances(StrictModel):
    """Fields that a newer version adds are ignored."""

    model_config = ConfigDict(extra="ignore")

    filters: Filters
    """Of the source; a request is narrowed by them."""
    sinks: tuple[str, ...]
    """By identity."""
    place: CatalogPlace | None = None


class CannotServe(GluelineError):
    """This worker lacks what a run works with; another may have it."""

    code = "not_served"

    def __init__(self, lacking: str, advice: str) -> None:
        """Say what is ``lacking`` and, once no worker came, what to do."""
        super().__init__(f"no worker {lacking} took the unit: {advice}")
        self.warning = f"a worker other than those {lacking} took units and gave them back"


def ensure_source(name: str, settings: Settings) -> None:
    """Raise CannotServe when this worker does not know the source."""
    if settings.find_source(name) is None:
        raise CannotServe(
            f"with the source {name!r}",
            "declare it in the settings of the workers, then replay the run",
        )


async def circumstances_of(
    name: str, settings: Settings, sinks: Sequence[Sink], connection: Connection
) -> Circumstances:
    """The circumstances as this worker would fix them."""
    return Circumstances(
        filters=settings.source(name).filters,
        sinks=tuple(sink.identity for sink in sinks),
        place=await place_of_connection(connection),
    )


async def place_of_connection(connection: Connection) -> CatalogPlace:
    """The Region, catalogue and account that a connection reaches."""
    catalog_id = connection.catalog_id or await _told_by_glue(connection)
    return CatalogPlace(connection.region, catalog_id, connection.account or catalog_id)


async def newest_generation(sinks: Sequence[Sink], source: str) -> int:
    """The greatest generation of a source that any of the sinks holds."""
    newest = 0
    for sink in sinks:
        held = await sink.newest_generation(source)
        if held > GREATEST:
            raise SinkRefused(
                f"{sink.name} holds generation {held} of the source {source!r}, after which none "
                "can come: use another sink, or set its generations to a smaller number"
            )
        newest = max(newest, held)
    return newest


def sinks_of(fixed: Circumstances, sinks: Sequence[Sink]) -> list[Sink]:
    """The run's sinks among this worker's; raises CannotServe when one is not among them."""
    own = {sink.identity: sink for sink in sinks}
    if missing := [identity for identity in fixed.sinks if identity not in own]:
        raise CannotServe(
            f"with the run's sink {missing[0]}",
            "give all workers the same sinks, with absolute paths, then replay the run or start a "
            "new one",
        )
    return [own[identity] for identity in fixed.sinks]


def ensure_place(name: str, fixed: Circumstances, connection: Connection) -> None:
    """Raise CannotServe when the worker's source is another place than the run's.

    What nobody told is no difference.
    """
    run, here = fixed.place, connection
    if run is None or (
        run.region == here.region
        and _agree(run.catalog_id, here.catalog_id)
        and _agree(run.account, here.account)
    ):
        return
    raise CannotServe(
        f"whose source {name!r} is {run.of_catalog} as when the run began",
        f"here it is {CatalogPlace(here.region, here.catalog_id).of_catalog}; give all workers the "
        "same settings, then start a new run",
    )


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


async def _told_by_glue(connection: Connection) -> str | None:
    """Where STS does not say whose account it is, databases may."""
    try:
        answer = await connection.call("glue", "GetDatabases", MaxResults=1)
    except AwsError as error:
        if isinstance(error, Retryable) or not isinstance(error, Terminal):
            raise
        return None
    found = [row.get("CatalogId") for row in answer.get("DatabaseList") or () if row]
    return str(found[0]) if found and found[0] else None
