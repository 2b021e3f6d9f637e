import asyncio

import pytest

from glueline.settings.settings import Settings
from glueline_worker.aws.calls import AwsCaller
from glueline_worker.aws.errors import AwsCredentials
from glueline_worker.aws.quota import LocalQuota
from glueline_worker.aws.sources import Connection, SourceConnections


def connection(sources: SourceConnections) -> Connection:
    source = sources._settings.source("default")
    made = Connection("default", source, "eu-west-1", None, AwsCaller(LocalQuota(100), "x", 1))
    sources._open["default"] = made
    return made


async def test_a_late_notice_of_expired_credentials_keeps_the_new_connection() -> None:
    sources = SourceConnections(Settings(), LocalQuota(100))
    expired = connection(sources)
    sources.refresh(expired)
    assert "default" not in sources._open
    fresh = connection(sources)
    sources.refresh(expired)
    assert await sources.connect("default") is fresh


async def test_all_who_wait_share_one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = 0

    async def refused(*_: object) -> None:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(0)
        raise AwsCredentials("the role is closed")

    monkeypatch.setattr(SourceConnections, "_reach", refused)
    sources = SourceConnections(Settings(), LocalQuota(100))
    for expected in (1, 2):
        waiting = (sources.connect("default") for _ in range(20))
        said = await asyncio.gather(*waiting, return_exceptions=True)
        assert {str(error) for error in said} == {"the role is closed"}
        assert attempts == expected
