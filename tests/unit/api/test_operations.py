"""What a request costs the ledger."""

import pytest

from glueline import AsyncProducer, RunState, Settings
from glueline.api.auth.rate_limit import RateLimiter
from glueline.api.auth.sessions import Sessions
from glueline.api.context import ApiContext, Principal
from glueline.api.problems import HttpProblem
from glueline.api.routes.operations import cancel_visible_run
from glueline.settings.api import Token, hash_token
from glueline.testing import InMemoryGlueline


async def test_cancelling_reads_the_status_once_and_an_unseen_run_stays(settings: Settings):
    glueline = InMemoryGlueline(settings)
    scripts: list[str] = []

    def counting(command):
        scripts.append(command.script)
        return glueline.ledger(command)

    producer = AsyncProducer(settings, ledger=counting, publisher=glueline.publisher)
    context = ApiContext(settings, producer, Sessions(settings), RateLimiter(1, 1))
    token = Token(name="t", hash=hash_token("t"), scopes=("enqueue",), sources=("mine",))
    principal = Principal(token, "127.0.0.1")
    mine, other = (glueline.producer.enqueue_job("j", source).run_id for source in ("mine", "x"))
    for _ in range(2):
        assert await cancel_visible_run(context, principal, mine) is RunState.CANCELLED
    assert scripts == ["status", "cancel"] * 2
    with pytest.raises(HttpProblem):
        await cancel_visible_run(context, principal, other)
    assert scripts[4:] == ["status"]
    assert glueline.producer.status(other).state is RunState.RUNNING
    context.sessions.close()
