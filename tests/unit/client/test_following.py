"""Following runs; the test moves the ledger in place of workers."""

import threading

import pytest
from tests.unit.ledger_harness import LedgerHarness

from glueline import (
    AsyncProducer,
    ExtractionRequest,
    Producer,
    RunState,
    UnknownRun,
    UsageError,
    WaitTimeout,
)
from glueline.contract.messages import DatabaseScope, first_units
from glueline.ledger.command import CommandExecutor


def end(harness: LedgerHarness, run_id: str, request: ExtractionRequest, state: RunState) -> None:
    harness.run_to_end(first_units(run_id, request), state)


def test_waiting_ends_with_the_run(producer: Producer, harness: LedgerHarness):
    accepted = producer.enqueue_database("a")
    timer = threading.Timer(
        0.1,
        end,
        (harness, accepted.run_id, producer.status(accepted.run_id).request, RunState.FAILED),
    )
    timer.start()
    status = producer.wait(accepted.run_id, timeout=60)
    timer.join()
    assert status.state is RunState.FAILED
    assert producer.wait(accepted.run_id, timeout=0) == status


def test_waiting_gives_up_and_the_run_goes_on(producer: Producer):
    accepted = producer.enqueue_database("a")
    with pytest.raises(WaitTimeout, match=f"{accepted.run_id} is still running after 0 s"):
        producer.wait(accepted.run_id, timeout=0)
    assert producer.status(accepted.run_id).state is RunState.RUNNING


def test_watching_shows_each_change_until_the_end(
    producer: Producer, harness: LedgerHarness, monkeypatch: pytest.MonkeyPatch
):
    request = ExtractionRequest()
    accepted = producer.enqueue(request)
    first, second = first_units(accepted.run_id, request)
    steps = iter(
        [
            lambda: None,
            lambda: harness.settle(harness.take(first), counts={"database": 3}),
            lambda: harness.fail(harness.take(second)),
            lambda: harness.finish(accepted.run_id, RunState.PARTIAL),
        ]
    )
    monkeypatch.setattr("time.sleep", lambda _: next(steps)())
    seen = [(s.state, s.settled_units, s.failed_units) for s in producer.watch(accepted.run_id)]
    assert seen == [
        (RunState.RUNNING, 0, 0),
        (RunState.RUNNING, 1, 0),
        (RunState.RUNNING, 1, 1),
        (RunState.PARTIAL, 1, 1),
    ]


@pytest.mark.parametrize(
    "ask",
    [
        lambda p: p.status("f" * 32),
        lambda p: p.wait("f" * 32),
        lambda p: next(p.watch("f" * 32)),
        lambda p: p.failures("f" * 32),
        lambda p: p.warnings("f" * 32),
        lambda p: p.cancel("f" * 32),
        lambda p: p.replay("f" * 32),
        lambda p: p.find("f"),
        lambda p: p.find(""),
        lambda p: p.find("*"),
    ],
)
def test_an_unknown_run_is_said_in_one_sentence(producer: Producer, ask):
    producer._shards.get("main").ledger(producer._commands.open_run("0" * 32, ExtractionRequest()))
    with pytest.raises(UnknownRun, match=r"there is no run .*; `glueline runs` lists"):
        ask(producer)


def test_a_run_is_found_by_the_start_of_its_id(producer: Producer):
    for run_id in ("aa" + "0" * 30, "ab" + "0" * 30):
        producer._shards.get("main").ledger(
            producer._commands.open_run(run_id, ExtractionRequest())
        )
    assert producer.find("aa").run_id == "aa" + "0" * 30
    assert producer.find("ab" + "0" * 30).run_id == "ab" + "0" * 30
    with pytest.raises(UnknownRun, match="2 runs start with 'a'"):
        producer.find("a")


class CountingLedger:
    """Carries out commands on another ledger and keeps the names of their scripts."""

    def __init__(self, ledger: CommandExecutor) -> None:
        self.ledger, self.scripts = ledger, []

    def __call__(self, command):
        self.scripts.append(command.script)
        return self.ledger(command)


def test_finding_and_cancelling_ask_for_no_more_than_they_need(
    producer: Producer, harness: LedgerHarness
):
    ids = [producer.enqueue_job(f"j{number}").run_id for number in range(3)]
    ledger = CountingLedger(harness.ledger)
    with Producer(producer.settings, ledger=ledger) as counted:
        assert counted.find(ids[1][:12]).run_id == ids[1]
        assert ledger.scripts == ["find", "status"]
        assert counted.cancel(ids[1]) is RunState.CANCELLED
        assert counted.cancel(ids[1]) is RunState.CANCELLED
        with pytest.raises(UnknownRun):
            counted.cancel("f" * 32)
    assert ledger.scripts[2:] == ["cancel"] * 3


def test_a_run_that_was_forgotten_is_not_found(producer: Producer, harness: LedgerHarness):
    for run_id in ("aa" + "0" * 30, "ab" + "0" * 30):
        harness.ledger(harness.calls.open_run(run_id, ExtractionRequest()))
    harness.client.delete(harness.keys.run("aa" + "0" * 30))
    assert producer.find("a").run_id == "ab" + "0" * 30
    with pytest.raises(UnknownRun):
        producer.find("aa")


def test_the_newest_runs_are_listed(producer: Producer):
    for number in range(4):
        producer.enqueue_job(f"j{number}")
    times = [run.created_at for run in producer.runs()]
    assert len(times) == 4
    assert times == sorted(times, reverse=True)
    assert producer.runs(3) == producer.runs()[:3]


def test_cancelling_stops_a_run_and_publishes_its_finish(producer: Producer, queue):
    accepted = producer.enqueue_job("j")
    assert producer.cancel(accepted.run_id, "not today") is RunState.CANCELLED
    assert producer.status(accepted.run_id).reason == "not today"
    assert [e["headers"]["task"] for e in queue()] == ["glueline.job", "glueline.finish"]
    assert producer.cancel(accepted.run_id) is RunState.CANCELLED
    assert len(queue()) == 2


def test_a_run_that_ended_stays_as_it_is(producer: Producer, harness: LedgerHarness):
    request = ExtractionRequest()
    accepted = producer.enqueue(request)
    end(harness, accepted.run_id, request, RunState.SUCCEEDED)
    assert producer.cancel(accepted.run_id) is RunState.SUCCEEDED


def test_failures_and_warnings_are_told(producer: Producer, harness: LedgerHarness):
    request = ExtractionRequest()
    accepted = producer.enqueue(request)
    first, second = first_units(accepted.run_id, request)
    harness.settle(harness.take(first), warnings=["odd type"])
    harness.fail(harness.take(second), "AccessDenied: no")
    (failure,) = producer.failures(accepted.run_id)
    assert (failure.unit_id, failure.message) == ("jobs", "AccessDenied: no")
    assert producer.warnings(accepted.run_id) == ["odd type"]


def test_failed_units_are_published_again(producer: Producer, harness: LedgerHarness, queue):
    request = ExtractionRequest()
    accepted = producer.enqueue(request)
    end(harness, accepted.run_id, request, RunState.FAILED)
    assert producer.replay(accepted.run_id, ["jobs"]) == 1
    assert queue()[-1]["headers"]["task"] == "glueline.jobs"
    assert producer.status(accepted.run_id).state is RunState.RUNNING


def test_each_refusal_of_a_replay_is_a_sentence(producer: Producer, harness: LedgerHarness):
    request = ExtractionRequest()
    accepted = producer.enqueue(request)

    def refused(match: str) -> None:
        with pytest.raises(UsageError, match=match):
            producer.replay(accepted.run_id)

    refused("still running")
    end(harness, accepted.run_id, request, RunState.FAILED)
    with pytest.raises(UsageError, match="none of these units has failed"):
        producer.replay(accepted.run_id, ["job/other"])
    newer = producer.enqueue(request)
    refused("a newer run of the same scope exists")
    end(harness, newer.run_id, request, RunState.SUCCEEDED)
    with pytest.raises(UsageError, match="the run has succeeded"):
        producer.replay(newer.run_id)


def test_dead_letters_are_told(producer: Producer, harness: LedgerHarness):
    harness.ledger(harness.calls.add_dead_letter("not JSON", "{"))
    (letter,) = producer.dead_letters()
    assert (letter.reason, letter.body) == ("not JSON", "{")


async def test_the_same_calls_work_on_an_event_loop(
    async_producer: AsyncProducer, harness: LedgerHarness
):
    accepted = await async_producer.enqueue_database("a", idempotency_key="k")
    assert not (await async_producer.enqueue_database("a", idempotency_key="k")).is_new
    job = await async_producer.enqueue_job("j")
    catalog = await async_producer.enqueue_catalog()
    assert await async_producer.cancel(job.run_id) is RunState.CANCELLED
    assert {run.run_id for run in await async_producer.runs()} == {
        accepted.run_id,
        job.run_id,
        catalog.run_id,
    }
    request = (await async_producer.find(accepted.run_id)).request
    end(harness, accepted.run_id, request, RunState.FAILED)
    assert (await async_producer.wait(accepted.run_id, timeout=60)).state is RunState.FAILED
    assert len(await async_producer.failures(accepted.run_id)) == 1
    assert await async_producer.warnings(accepted.run_id) == []
    assert await async_producer.replay(accepted.run_id) == 1
    assert await async_producer.dead_letters() == []


async def test_waiting_on_an_event_loop_gives_up(async_producer: AsyncProducer):
    accepted = await async_producer.enqueue(ExtractionRequest())
    with pytest.raises(WaitTimeout, match="still running"):
        await async_producer.wait(accepted.run_id, timeout=0)


async def test_watching_on_an_event_loop_ends_with_the_run(
    async_producer: AsyncProducer, harness: LedgerHarness
):
    request = ExtractionRequest(scope=DatabaseScope(name="a"))
    accepted = await async_producer.enqueue(request)
    seen = []
    async for status in async_producer.watch(accepted.run_id):
        seen.append(status.state)
        if status.state is RunState.RUNNING:
            end(harness, accepted.run_id, request, RunState.SUCCEEDED)
    assert seen == [RunState.RUNNING, RunState.SUCCEEDED]


async def test_an_unknown_run_is_said_on_an_event_loop(async_producer: AsyncProducer):
    with pytest.raises(UnknownRun):
        await async_producer.wait("f" * 32, timeout=1)
