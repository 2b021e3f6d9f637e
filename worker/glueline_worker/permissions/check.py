"""Check the permissions of one source."""

from datetime import UTC, datetime

from glueline.contract.checks import CheckItem, CheckReport, CheckState
from glueline.settings.settings import Settings
from glueline_worker.aws.iam_actions import NOT_OF_SOURCE, PERMISSIONS
from glueline_worker.aws.sources import make_quick_connections
from glueline_worker.permissions.lake_formation import adjust_for_lake_formation
from glueline_worker.permissions.probes import Probes
from glueline_worker.permissions.role_chain import connect_through_roles
from glueline_worker.permissions.verdicts import make_check_item

_CALL_SECONDS = 10.0
"""Seconds for all tries of one call."""
_CALL_RATE = 20
"""Calls per second of one check, for each operation."""
_BAD_STATES = (CheckState.DENIED, CheckState.HIDDEN)


async def check_permissions(settings: Settings, name: str) -> CheckReport:
    """Try every permission of a source; raises UsageError when there is no such source.

    It only reads, and needs neither Redis nor a sink.
    """
    source = settings.source(name)
    sources = make_quick_connections(settings, _CALL_SECONDS, _CALL_RATE)
    try:
        result = await connect_through_roles(name, source, sources)
        if result.connection is None or any(i.state in _BAD_STATES for i in result.items):
            items = [*result.items, *_make_untried_items()]
        else:
            probes = Probes(result.connection)
            await probes.run()
            items = [*result.items, *adjust_for_lake_formation(probes.items, probes.sample)]
    finally:
        await sources.close()
    return CheckReport(
        source=name,
        at=datetime.now(UTC),
        account=result.account,
        identity=result.identity,
        ok=not any(item.state in _BAD_STATES for item in items)
        and any(_is_allowed_by_glue(item) for item in items),
        items=tuple(items),
    )


def _make_untried_items() -> list[CheckItem]:
    """Make the items of permissions that could not be tried without a connection."""
    return [
        make_check_item(
            permission.action, CheckState.UNKNOWN, "not tried: the source cannot be reached"
        )
        for permission in PERMISSIONS
        if permission.feature not in NOT_OF_SOURCE
    ]


def _is_allowed_by_glue(item: CheckItem) -> bool:
    return item.state is CheckState.ALLOWED and item.permission.startswith("glue:")
