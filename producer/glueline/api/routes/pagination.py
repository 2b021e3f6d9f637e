"""Pages of runs, filtered, newest first."""

from glueline.api.context import ApiContext, Principal
from glueline.contract.model import StrictModel
from glueline.contract.runs import RunState, RunSummary
from glueline.ledger.commands import RunCursor, cursor_of

CURSOR_PATTERN = r"^[0-9]{1,15}\.[0-9a-f]{16,40}$"
_PAGE_STEP = 200
_MAX_SCANNED = 2000
"""Runs that one request reads; a filter may leave few of them, or none."""


class RunPage(StrictModel):
    """Some runs, the newest first, without the filters of their requests."""

    runs: tuple[RunSummary, ...]
    next: str | None = None
    """The ``cursor`` of the next page; null after the last."""


async def read_runs_page(
    context: ApiContext,
    principal: Principal,
    *,
    limit: int,
    cursor: str | None = None,
    state: RunState | None = None,
    source: str | None = None,
) -> RunPage:
    """Return the runs that the principal may see and asks for, up to ``limit``."""
    after = _parse_cursor(cursor) if cursor else None
    found: list[RunSummary] = []
    for _ in range(_MAX_SCANNED // _PAGE_STEP):
        runs = await context.producer.runs(_PAGE_STEP, after)
        for run in runs:
            if len(found) == limit:
                return RunPage(runs=tuple(found), next=_format_cursor(after))
            after = cursor_of(run)
            about = run.request.source
            is_asked_for = state in (None, run.state) and source in (None, about)
            if is_asked_for and principal.token.admits(about):
                found.append(run)
        if len(runs) < _PAGE_STEP:
            return RunPage(runs=tuple(found))
    return RunPage(runs=tuple(found), next=_format_cursor(after))


def _parse_cursor(cursor: str) -> RunCursor:
    created, _, run_id = cursor.partition(".")
    return int(created), run_id


def _format_cursor(position: RunCursor | None) -> str | None:
    return f"{position[0]}.{position[1]}" if position else None
