"""The circumstances of a run: its filters, its sinks and its place, fixed once for all workers.

Workers of one team may have different settings for a while: a rolling deploy, a forgotten
variable, another folder. The first worker that takes a unit of a run fixes the circumstances in
the ledger. A worker that cannot serve them gives the run's units back.
"""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ConfigDict

from glueline.contract.errors import GluelineError, Retryable, Terminal
from glueline.contract.filters import Filters
from glueline.contract.model import StrictModel
from glueline.ledger.commands import Claim
from glueline.ledger.decoding import STORED, decode_model
from glueline.ledger.results import ClaimResult
from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_worker.aws.errors import AwsError
from glueline_worker.aws.sources import Connection
from glueline_worker.execution.retry import ClaimLost
from glueline_worker.execution.services import WorkerServices
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.model import CatalogPlace

_GENERATION_LIMIT = 2**63 - 2
"""The greatest generation that has a greater one in Redis and in SQL."""


class Circumstances(StrictModel):
    """The circumstances that all workers of a run share. Unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    filters: Filters
    """The filters of the source; they narrow the request."""
    sinks: tuple[str, ...]
    """The identities of the sinks."""
    place: CatalogPlace | None = None


class CannotServe(GluelineError):
    """This worker lacks something that the run needs; another may have it."""

    code = "not_served"

    def __init__(self, lacking: str, advice: str) -> None:
        """Name what is ``lacking``, and what to do once no worker has come."""
        super().__init__(f"no worker {lacking} took the unit: {advice}")
        self.warning = f"a worker other than those {lacking} took units and gave them back"


def ensure_source(name: str, settings: Settings) -> None:
    """Raise CannotServe when this worker does not know the source."""
    if settings.find_source(name) is None:
        raise CannotServe(
            f"with the source {name!r}",
            "declare it in the settings of the workers, then replay the run",
        )


def ensure_place(name: str, circumstances: Circumstances, connection: Connection) -> None:
    """Raise CannotServe when the worker's source is another place than the run's.

    An unknown account or catalogue counts as equal.
    """
    run, here = circumstances.place, connection
    if run is None or (
        run.region == here.region
        and _is_compatible(run.catalog_id, here.catalog_id)
        and _is_compatible(run.account, here.account)
    ):
        return
    raise CannotServe(
        f"whose source {name!r} is {run.of_catalog} as when the run began",
        f"here it is {CatalogPlace(here.region, here.catalog_id).of_catalog}; give all workers the "
        "same settings, then start a new run",
    )


def select_sinks(circumstances: Circumstances, sinks: Sequence[Sink]) -> list[Sink]:
    """Return the run's sinks among this worker's; raise CannotServe when one is missing."""
    by_identity = {sink.identity: sink for sink in sinks}
    if missing := [identity for identity in circumstances.sinks if identity not in by_identity]:
        raise CannotServe(
            f"with the run's sink {missing[0]}",
            "give all workers the same sinks, with absolute paths, then replay the run or start a "
            "new one",
        )
    return [by_identity[identity] for identity in circumstances.sinks]


def read_circumstances(result: ClaimResult) -> Circumstances:
    """Parse the circumstances that the ledger gave with a claim."""
    return Circumstances.model_validate_json(result.circumstances, context=STORED)


def check_circumstances(result: ClaimResult) -> ClaimResult:
    """Return the claim's result, with a problem if its circumstances cannot be read here."""
    if result.problem or not result.circumstances:
        return result
    found, problem = decode_model(Circumstances, result.circumstances)
    if found is not None:
        return result
    sentence = f"this version of Glueline cannot read the run's circumstances: {problem}"
    return replace(result, problem=sentence)


async def fix_circumstances(
    services: WorkerServices, claim: Claim, result: ClaimResult, connection: Connection
) -> ClaimResult:
    """Return the claim's result with circumstances and generation; fix them if they are not yet."""
    if result.circumstances:
        return result
    source = claim.unit.source
    circumstances = await _make_circumstances(source, services, connection)
    newest = await _find_newest_generation(services.sinks, source)
    fixed = await services.ledger(
        services.calls.fix(claim, circumstances.model_dump_json(), newest)
    )
    if fixed is None:
        raise ClaimLost
    return replace(result, circumstances=fixed.circumstances, generation=fixed.generation)


def make_default_circumstances(source: str, services: WorkerServices) -> Circumstances:
    """Make the circumstances of a run without results: they come from this worker's settings."""
    known = services.settings.find_source(source) or Source()
    identities = tuple(sink.identity for sink in services.sinks)
    return Circumstances(filters=known.filters, sinks=identities)


async def _make_circumstances(
    source: str, services: WorkerServices, connection: Connection
) -> Circumstances:
    place = await _find_place(connection)
    return make_default_circumstances(source, services).model_copy(update={"place": place})


async def _find_place(connection: Connection) -> CatalogPlace:
    """Find the Region, catalogue and account that a connection reaches."""
    catalog_id = connection.catalog_id or await _ask_glue_for_catalog(connection)
    return CatalogPlace(connection.region, catalog_id, connection.account or catalog_id)


async def _ask_glue_for_catalog(connection: Connection) -> str | None:
    """Read the account's id off a database, for endpoints whose STS does not name it."""
    try:
        answer = await connection.call("glue", "GetDatabases", MaxResults=1)
    except AwsError as error:
        if isinstance(error, Retryable) or not isinstance(error, Terminal):
            raise
        return None
    found = [row.get("CatalogId") for row in answer.get("DatabaseList") or () if row]
    return str(found[0]) if found and found[0] else None


async def _find_newest_generation(sinks: Sequence[Sink], source: str) -> int:
    """Return the greatest generation of a source that any of the sinks holds."""
    newest = 0
    for sink in sinks:
        generation = await sink.newest_generation(source)
        if generation > _GENERATION_LIMIT:
            raise SinkRefused(
                f"{sink.name} holds generation {generation} of the source {source!r}, after which "
                "none can come: use another sink, or set its generations to a smaller number"
            )
        newest = max(newest, generation)
    return newest


def _is_compatible(left: str | None, right: str | None) -> bool:
    return left is None or right is None or left == right
