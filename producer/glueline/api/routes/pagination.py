"""Pages of runs, filtered, newest first."""

from glueline.api.context import Caller, Desk
from glueline.contract.model import StrictModel
from glueline.contract.runs import RunState, RunSummary
from glueline.ledger.commands import Position, cursor_of

CURSOR = r"^[0-9]{1,15}\.[0-9a-f]{16,40}$"
STEP = 200
LOOKED_AT = 2000
"""Runs that one request looks through; a filter may leave few of them, or none."""


class RunPage(StrictModel):
    """Some runs, the newest first, without the filters of their requests."""

    runs: tuple[RunSummary, ...]
    next: str | None = None
    """Give it as ``cursor`` for the runs after these; null after the last."""


async def runs_page(
    desk: Desk,
    caller: Caller,
    *,
    limit: int,
    cursor: str | None = None,
    state: RunState | None = None,
    source: str | None = None,
) -> RunPage:
    """The runs that the caller may see and asks for, up to ``limit``."""
    after = _position(cursor) if cursor else None
    found: list[RunSummary] = []
    for _ in range(LOOKED_AT // STEP):
        runs = await desk.producer.runs(STEP, after)
        for run in runs:
            if len(found) == limit:
                return RunPage(runs=tuple(found), next=_cursor(after))
            after = cursor_of(run)
            about = run.request.source
            is_asked_for = state in (None, run.state) and source in (None, about)
            if is_asked_for and caller.token.admits(about):
                found.append(run)
        if len(runs) < STEP:
            return RunPage(runs=tuple(found))
    return RunPage(runs=tuple(found), next=_cursor(after))


def _position(cursor: str) -> Position:
    created, _, run_id = cursor.partition(".")
    return int(created), run_id


def _cursor(position: Position | None) -> str | None:
    return f"{position[0]}.{position[1]}" if position else None
