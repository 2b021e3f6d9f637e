"""The check of one source."""

from datetime import UTC, datetime

from glueline.contract.checks import CheckItem, CheckReport, CheckState
from glueline.settings.settings import Settings
from glueline_worker.aws.iam_actions import BESIDE, PERMISSIONS
from glueline_worker.aws.quota import LocalPace
from glueline_worker.aws.sources import Sources
from glueline_worker.permissions.lake_formation import heard
from glueline_worker.permissions.probes import Probes
from glueline_worker.permissions.role_chain import travel
from glueline_worker.permissions.verdicts import item

SECONDS = 10.0
"""For all tries of one call."""
RATE = 20
"""Calls per second of one check, each operation by itself."""
BAD = (CheckState.DENIED, CheckState.HIDDEN)


async def check_source(settings: Settings, name: str) -> CheckReport:
    """Try every permission of a source; raises UsageError when there is no such source.

    Reads only, and neither Redis nor a sink is asked.
    """
    source = settings.source(name)
    quick = {"call_timeout": SECONDS, "read_timeout": SECONDS}
    worker = settings.worker.model_copy(update=quick)
    sources = Sources(settings.model_copy(update={"worker": worker}), LocalPace(RATE))
    try:
        arrival = await travel(name, source, sources)
        if arrival.connection is None or any(i.state in BAD for i in arrival.items):
            items = [*arrival.items, *_not_tried()]
        else:
            probes = Probes(arrival.connection)
            await probes.run()
            items = [*arrival.items, *heard(probes.items, probes.seen)]
    finally:
        await sources.close()
    return CheckReport(
        source=name,
        at=datetime.now(UTC),
        account=arrival.account,
        identity=arrival.identity,
        ok=not any(one.state in BAD for one in items) and any(_worked(one) for one in items),
        items=tuple(items),
    )


def _not_tried() -> list[CheckItem]:
    """The permissions for whose trial nobody arrived."""
    return [
        item(permission.action, CheckState.UNKNOWN, "not tried: the way to the source is closed")
        for permission in PERMISSIONS
        if permission.feature not in BESIDE
    ]


def _worked(one: CheckItem) -> bool:
    return one.state is CheckState.ALLOWED and one.permission.startswith("glue:")
