from glueline.settings import Settings
from glueline_worker.aws.calls import Caller
from glueline_worker.aws.quota import LocalPace
from glueline_worker.aws.sources import Connection, Sources


def connection(sources: Sources) -> Connection:
    source = sources._settings.source("default")
    made = Connection("default", source, "eu-west-1", None, Caller(LocalPace(100), "x", 1))
    sources._open["default"] = made
    return made


async def test_a_late_notice_of_expired_credentials_keeps_the_new_connection() -> None:
    sources = Sources(Settings(), LocalPace(100))
    expired = connection(sources)
    await sources.refresh(expired)
    assert "default" not in sources._open
    fresh = connection(sources)
    await sources.refresh(expired)
    assert await sources.connect("default") is fresh
