"""Ask the ledger for a run's circumstances, or fix them there."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from glueline.contract.messages import UnitMessage
from glueline.ledger import AsyncLedger, Commands
from glueline.ledger.commands import Claim
from glueline.ledger.decoding import STORED, model
from glueline.ledger.results import ClaimResult, Results
from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_worker.aws.sources import Connection, SourceConnections
from glueline_worker.execution.circumstances import (
    Circumstances,
    ensure_source,
    find_newest_generation,
    make_circumstances,
)
from glueline_worker.execution.retry import ClaimLost
from glueline_worker.sinks.base import Sink


@dataclass(frozen=True)
class WorkerServices:
    """What all attempts of a process use."""

    settings: Settings
    ledger: AsyncLedger
    calls: Commands
    sources: SourceConnections
    sinks: Sequence[Sink]
    publish: Callable[[Sequence[UnitMessage]], Awaitable[None]]

    @property
    def lease_ms(self) -> int:
        """How long a claim lasts."""
        return int(self.settings.worker.lease * 1000)

    @property
    def keep_ms(self) -> int:
        """How long a run is remembered once it is over."""
        return int(self.settings.keep_runs * 1000)


def read_circumstances(claimed: ClaimResult) -> Circumstances:
    """What stands in the ledger."""
    return Circumstances.model_validate_json(claimed.circumstances, context=STORED)


def check_circumstances(claimed: ClaimResult) -> ClaimResult:
    """The claim's answer; its problem tells too of circumstances that cannot be read here."""
    if claimed.problem or not claimed.circumstances:
        return claimed
    found, problem = model(Circumstances, claimed.circumstances)
    if found is not None:
        return claimed
    sentence = f"this version of Glueline cannot read the run's circumstances: {problem}"
    return replace(claimed, problem=sentence)


async def fix_circumstances(
    tools: WorkerServices, claim: Claim, claimed: ClaimResult, connection: Connection
) -> ClaimResult:
    """The claim's answer with circumstances and generation; the first worker to ask fixes them."""
    if claimed.circumstances:
        return claimed
    source = claim.unit.source
    mine = await make_circumstances(source, tools.settings, tools.sinks, connection)
    newest = await find_newest_generation(tools.sinks, source)
    stands = await tools.ledger(tools.calls.fix(claim, mine.model_dump_json(), newest))
    if stands is None:
        raise ClaimLost
    return replace(claimed, circumstances=stands.circumstances, generation=stands.generation)


async def fix_circumstances_at_end(
    tools: WorkerServices, claim: Claim, claimed: ClaimResult, results: Results
) -> tuple[ClaimResult, Circumstances]:
    """The same for `finish`, also of a run whose units were read by an older version."""
    source = claim.unit.source
    if not claimed.circumstances and (results.listings or results.receipts):
        ensure_source(source, tools.settings)
        connection = await tools.sources.connect(source)
        claimed = await fix_circumstances(tools, claim, claimed, connection)
    if claimed.circumstances:
        return claimed, read_circumstances(claimed)
    # No unit came so far as to fix them, so nothing was written and nothing is gone.
    known = tools.settings.find_source(source) or Source()
    identities = tuple(sink.identity for sink in tools.sinks)
    return claimed, Circumstances(filters=known.filters, sinks=identities)
