"""Reading the ledger: statuses, the newest runs, dead letters, and a Redis that is away."""

import pytest
import redis
import redis.asyncio
from tests.unit.ledger_harness import LedgerHarness

from glueline.contract.messages import DatabaseScope, ExtractionRequest
from glueline.contract.runs import RunState
from glueline.ledger import AsyncLedger, Commands, Ledger, LedgerUnavailable
from glueline.redis.auto_pipeline import AutoPipeline
from glueline_worker.local.server import EmbeddedRedis


def test_statuses_come_in_the_order_asked_for(harness: LedgerHarness):
    runs = [harness.open(ExtractionRequest(scope=DatabaseScope(name=name))) for name in "abc"]
    asked = [runs[2].run_id, "f" * 32, runs[0].run_id]
    found = harness.ledger(harness.calls.status(asked))
    assert [status and status.request.label for status in found] == [
        "database c of default",
        None,
        "database a of default",
    ]
    assert harness.ledger(harness.calls.status([])) == []


def test_the_newest_runs_come_first(harness: LedgerHarness):
    runs = [harness.open().run_id for _ in range(5)]
    assert harness.ledger(harness.calls.recent(3)) == runs[::-1][:3]
    assert harness.ledger(harness.calls.recent(100)) == runs[::-1]


def test_forgotten_runs_are_not_among_the_newest(harness: LedgerHarness):
    runs = [harness.open().run_id for _ in range(4)]
    harness.client.delete(*harness.run_keys(runs[3]), *harness.run_keys(runs[1]))
    assert harness.ledger(harness.calls.recent(2)) == [runs[2], runs[0]]
    assert harness.client.zcard(harness.keys.runs) == 2


def test_failures_of_an_unknown_run_are_unknown_and_not_none(harness: LedgerHarness):
    assert harness.ledger(harness.calls.failures("f" * 32)) is None
    assert harness.ledger(harness.calls.failures(harness.open().run_id)) == ([], [])


def test_failures_are_sorted_by_unit(harness: LedgerHarness):
    run = harness.open()
    for unit in reversed(run.units):
        harness.fail(harness.take(unit))
    failures, _ = harness.ledger(harness.calls.failures(run.run_id)) or ([], [])
    assert [failure.unit_id for failure in failures] == ["databases", "jobs"]


def test_dead_letters_are_kept_newest_first_up_to_a_limit(harness: LedgerHarness):
    for i in range(1003):
        harness.ledger(harness.calls.add_dead_letter(f"reason {i}", '{"ü": 1}'))
    letters = harness.ledger(harness.calls.dead_letters())
    assert len(letters) == 1000
    assert [letter.reason for letter in letters[:2]] == ["reason 1002", "reason 1001"]
    assert letters[0].body == '{"ü": 1}'
    assert len(harness.ledger(harness.calls.dead_letters(3))) == 3


def test_prefixes_keep_ledgers_apart(harness: LedgerHarness, prefix: str):
    run = harness.open()
    other = LedgerHarness(harness.client, f"other-{prefix}")
    assert other.ledger(other.calls.status([run.run_id])) == [None]
    assert other.ledger(other.calls.recent(10)) == []
    assert other.due_units() == []


async def test_the_ledger_answers_the_same_on_an_event_loop(
    harness: LedgerHarness, redis_server: EmbeddedRedis
):
    run = harness.open()
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        ledger = AsyncLedger(AutoPipeline(client))
        assert await ledger(harness.calls.status([run.run_id])) == [harness.status(run.run_id)]
        assert await ledger(harness.calls.recent(5)) == [run.run_id]
        result = await ledger(harness.calls.cancel(run.run_id, "x"))
        assert result is not None
        assert result.state is RunState.CANCELLED
    assert harness.status(run.run_id).state is RunState.CANCELLED


@pytest.mark.parametrize(
    "url", ["redis://:hunter2@127.0.0.1:1/0", "redis://:hunter2@no-such-host.invalid/0"]
)
async def test_a_redis_that_is_away_is_said_without_its_password(url: str):
    call = Commands().recent(1)
    with redis.Redis.from_url(url, retry=None) as client, pytest.raises(LedgerUnavailable) as error:
        Ledger(client)(call)
    async with redis.asyncio.Redis.from_url(url) as client:
        with pytest.raises(LedgerUnavailable) as async_error:
            await AsyncLedger(AutoPipeline(client))(call)
    for text in (str(error.value), str(async_error.value)):
        assert text.startswith("Redis did not answer: ")
        assert "hunter2" not in text
        assert "\n" not in text


def test_a_wrong_password_is_said_without_it(redis_server: EmbeddedRedis):
    with (
        redis.Redis(port=redis_server.port, password="hunter2", retry=None) as client,
        pytest.raises(
            LedgerUnavailable, match="Redis did not answer: AuthenticationError"
        ) as error,
    ):
        Ledger(client)(Commands().recent(1))
    assert "hunter2" not in str(error.value)


def test_scripts_are_loaded_again_after_redis_forgot_them(harness: LedgerHarness):
    run = harness.open()
    harness.client.script_flush()
    assert harness.status(run.run_id).state is RunState.RUNNING


def test_pages_of_runs_hold_each_once_also_when_all_began_in_one_moment(harness: LedgerHarness):
    runs = [harness.open().run_id for _ in range(450)]
    for run_id in runs:
        harness.client.zadd(harness.keys.runs, {run_id: 1000})
        harness.client.hset(harness.keys.run(run_id), "created_at", 1000)
    gone = runs[200]
    harness.client.delete(*harness.run_keys(gone))
    found: list[str] = []
    after = None
    while page := harness.ledger(harness.calls.recent(70, after)):
        assert len(page) <= 70
        found += page
        after = (1000, page[-1])
    assert found == [run_id for run_id in runs[::-1] if run_id != gone]
