"""Ask the ledger for a run's circumstances, or fix them there."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from glueline.contract.messages import UnitMessage
from glueline.ledger import AsyncLedger, Commands
from glueline.ledger.commands import Claim
from glueline.ledger.decoding import STORED, decode_model
from glueline.ledger.results import ClaimResult, RunResults
from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_worker.aws.sources import Connection, Sources
from glueline_worker.execution.circumstances import (
    Circumstances,
    circumstances_of,
    ensure_source,
    newest_generation,
)
from glueline_worker.execution.retry import ClaimLost
from glueline_worker.sinks.base import Sink


@dataclass(frozen=True)
class Tools:
    """What all attempts of a process use."""

    settings: Settings
    ledger: AsyncLedger
    calls: Commands
    sources: Sources
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


def circumstances_in(claimed: ClaimResult) -> Circumstances:
    """What stands in the ledger."""
    return Circumstances.model_validate_json(claimed.circumstances, context=STORED)


def with_problem(claimed: ClaimResult) -> ClaimResult:
    """The claim's answer; its problem tells too of circumstances that cannot be read here."""
    if claimed.problem or not claimed.circumstances:
        return claimed
    found, problem = decode_model(Circumstances, claimed.circumstances)
    if found is not None:
        return claimed
    sentence = f"this version of Glueline cannot read the run's circumstances: {problem}"
    return replace(claimed, problem=sentence)


async def fixed_by(
    tools: Tools, claim: Claim, claimed: ClaimResult, connection: Connection
) -> ClaimResult:
    """The claim's answer with circumstances and generation; the first worker to ask fixes them."""
    if claimed.circumstances:
        return claimed
    source = claim.unit.source
    mine = await circumstances_of(source, tools.settings, tools.sinks, connection)
    newest = await newest_generation(tools.sinks, source)
    stands = await tools.ledger(tools.calls.fix(claim, mine.model_dump_json(), newest))
    if stands is None:
        raise ClaimLost
    return replace(claimed, circumstances=stands.circumstances, generation=stands.generation)


async def fixed_at_end(
    tools: Tools, claim: Claim, claimed: ClaimResult, results: RunResults
) -> tuple[ClaimResult, Circumstances]:
    """The same for `finish`, also of a run whose units were read by an older version."""
    source = claim.unit.source
    if not claimed.circumstances and (results.listings or results.receipts):
        ensure_source(source, tools.settings)
        connection = await tools.sources.connect(source)
        claimed = await fixed_by(tools, claim, claimed, connection)
    if claimed.circumstances:
        return claimed, circumstances_in(claimed)
    # No unit came so far as to fix them, so nothing was written and nothing is gone.
    known = tools.settings.find_source(source) or Source()
    identities = tuple(sink.identity for sink in tools.sinks)
    return claimed, Circumstances(filters=known.filters, sinks=identities)
