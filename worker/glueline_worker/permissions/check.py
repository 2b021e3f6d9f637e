"""Check the permissions of one source."""

from datetime import UTC, datetime

from glueline.contract.checks import CheckItem, CheckReport, CheckState
from glueline.settings.settings import Settings
from glueline_worker.aws.iam_actions import NOT_OF_SOURCE, PERMISSIONS
from glueline_worker.aws.quota import LocalQuota
from glueline_worker.aws.sources import SourceConnections
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
    quick = {"call_timeout": _CALL_SECONDS, "read_timeout": _CALL_SECONDS}
    worker = settings.worker.model_copy(update=quick)
    sources = SourceConnections(
        settings.model_copy(update={"worker": worker}), LocalQuota(_CALL_RATE)
    )
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
        ok=not any(one.state in _BAD_STATES for one in items)
        and any(_is_allowed_by_glue(one) for one in items),
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


def _is_allowed_by_glue(one: CheckItem) -> bool:
    return one.state is CheckState.ALLOWED and one.permission.startswith("glue:")
