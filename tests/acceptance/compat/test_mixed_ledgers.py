"""Two versions side by side on one ledger, in both directions.

``release_0_1.json`` holds the scripts of version 0.1.0, as its producers and workers run them, and
the schema by which they read messages. It stays as it is. There are two releases to be compatible
with once there are two: a newer one adds a file of its own.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import jsonschema
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.examples import examples
from tests.unit.ledger_harness import LEASE, SILENCE, LedgerHarness

from glueline import ExtractionRequest, Filters, Globs, Options, RunState
from glueline.contract.messages import (
    CatalogScope,
    CheckRequest,
    DatabaseScope,
    DatabaseUnit,
    FinishUnit,
    JobsUnit,
    JobUnit,
    NameRange,
    PartitionsUnit,
    TableScope,
    TableUnit,
    UnitMessage,
)
from glueline.ledger import parsing, results
from glueline.ledger.command import Command
from glueline.ledger.commands import Claim, Settlement
from glueline_worker.local.server import EmbeddedRedis

T = TypeVar("T")
FROZEN = json.loads((Path(__file__).parent / "release_0_1.json").read_text())
SALES = ExtractionRequest(scope=DatabaseScope(name="sales"), idempotency_key="k")
ABOUT: dict[str, Any] = {"run_id": "0" * 32, "source": "default"}
OLDER, NEWER = True, False


class Mixed:
    """A ledger that is asked now by one version and now by the other."""

    def __init__(self, harness: LedgerHarness) -> None:
        self.harness, self.calls = harness, harness.calls

    def __call__(self, call: Command[T], *, is_older: bool) -> T:
        if not is_older:
            return self.harness.ledger(call)
        text = FROZEN["scripts"]["common"] + FROZEN["scripts"][call.script]
        old = _as_older(call)
        answer = self.harness.client.eval(text, len(old.keys), *old.keys, *old.args)
        return old.read(answer)


def _as_older(call: Command[Any]) -> Command[Any]:
    """The same call as the older version writes it."""
    match call.script:
        case "open_run":
            key = call.keys[5] if call.args[5] else ""
            args = (*call.args[:9], *call.args[11:])
            return replace(call, keys=(*call.keys[:5], key), args=args)
        case "due":
            return replace(
                call,
                keys=call.keys[:3],
                args=call.args[:3],
                read=lambda answer: results.DueUnits(units=parsing.parse_units(answer)),
            )
        case "results":
            return replace(call, read=lambda answer: parsing.parse_results([*answer, "", "0"]))
        case "claim":
            return replace(call, read=_claimed_of_older)
        case _:
            return call


def _claimed_of_older(answer: Any) -> results.ClaimResult:
    """The older version says nothing of circumstances."""
    outcome, attempts, *run = answer
    return parsing.parse_claim([outcome, attempts, *run, ""] if run else answer)


@pytest.fixture
def mixed(redis_server: EmbeddedRedis, prefix: str) -> Any:
    with redis.Redis.from_url(redis_server.url) as client:
        harness = LedgerHarness(client, prefix)
        yield Mixed(harness)
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)


def work(mixed: Mixed, run_id: str, choose: Callable[[], bool]) -> results.RunResults:
    """Work on all that is due until the run has ended; each step by a version of its own.

    Returns what was committed.
    """
    calls = mixed.calls
    committed = results.RunResults([], {}, [])
    for _ in range(40):
        mixed.harness.advance(SILENCE + 1)
        due = mixed(calls.find_due(), is_older=choose())
        for unit in due.units:
            claim = Claim(unit, uuid4().hex)
            claimed = mixed(calls.claim(claim, LEASE, 4), is_older=choose())
            if claimed.outcome != "claimed":
                continue
            assert mixed(calls.renew([claim], LEASE), is_older=choose()) == [True]
            if isinstance(unit, FinishUnit):
                committed = mixed(calls.results(run_id), is_older=choose())
                assert committed.problem == ""
                state = RunState.SUCCEEDED if claimed.state is RunState.RUNNING else None
                mixed(calls.finish(claim, state, keep_ms=60_000), is_older=choose())
                continue
            children: list[UnitMessage] = []
            if unit.kind == "databases":
                children = [
                    DatabaseUnit(run_id=unit.run_id, source="default", database=name)
                    for name in "abc"
                ]
                assert mixed(calls.open_units(claim, children[:1]), is_older=choose())[0]
            settlement = Settlement(
                receipt={"sink": {}}, listings=[unit.unit_id], children=children
            )
            assert mixed(calls.settle(claim, settlement), is_older=choose())[0]
        if mixed.harness.status(run_id).state.is_final:
            break
    return committed


@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_run_ends_well_whichever_version_does_a_step(mixed: Mixed, data: st.DataObject):
    def choose() -> bool:
        return data.draw(st.booleans())

    request = ExtractionRequest(scope=CatalogScope(), filters=Filters(jobs=Globs(deny=("x*",))))
    opened = mixed(mixed.calls.open_run(uuid4().hex, request), is_older=choose())
    committed = work(mixed, opened.run_id, choose)
    status = mixed.harness.status(opened.run_id)
    assert (status.state, status.settled_units, status.reason) == (RunState.SUCCEEDED, 5, None)
    assert len(committed.receipts) == len(committed.listings) == 5


@pytest.mark.parametrize("is_older", [OLDER, NEWER], ids=["older-worker", "newer-worker"])
def test_a_run_that_one_version_opens_the_other_works_on(mixed: Mixed, is_older: bool):  # noqa: FBT001
    call = mixed.calls.open_run(uuid4().hex, SALES)
    opened = mixed(call, is_older=not is_older)
    assert opened.is_new
    work(mixed, opened.run_id, lambda: is_older)
    assert mixed.harness.status(opened.run_id).state is RunState.SUCCEEDED


@pytest.mark.parametrize("is_older", [OLDER, NEWER], ids=["newer-then-older", "older-then-newer"])
def test_an_idempotency_key_is_known_to_both_versions(mixed: Mixed, is_older: bool):  # noqa: FBT001
    first = mixed(mixed.calls.open_run("a" * 32, SALES), is_older=not is_older)
    again = mixed(mixed.calls.open_run("b" * 32, SALES), is_older=is_older)
    assert (again.is_new, again.run_id) == (False, first.run_id)


def test_a_run_that_waits_begins_though_an_older_worker_ended_the_one_before(mixed: Mixed):
    _, second, third = (mixed.harness.open(ExtractionRequest()) for _ in range(3))
    assert third.is_waiting
    assert mixed(mixed.calls.find_due(), is_older=OLDER).units == []
    work(mixed, second.run_id, lambda: OLDER)
    assert mixed.harness.status(third.run_id).state is RunState.RUNNING
    turns = iter([NEWER])
    work(mixed, third.run_id, lambda: next(turns, OLDER))
    assert mixed.harness.status(third.run_id).state is RunState.SUCCEEDED


def test_an_older_producer_takes_over_from_a_run_that_waits(mixed: Mixed):
    *_, waiting = (mixed.harness.open(ExtractionRequest()) for _ in range(3))
    newest = mixed(mixed.calls.open_run("f" * 32, ExtractionRequest()), is_older=OLDER)
    assert mixed.harness.status(waiting.run_id).state is RunState.SUPERSEDED
    work(mixed, newest.run_id, lambda: NEWER)
    assert mixed.harness.status(newest.run_id).state is RunState.SUCCEEDED


def test_an_older_version_ends_a_run_that_the_newer_one_broke(mixed: Mixed):
    opened = mixed.harness.open(SALES)
    mixed.harness.client.delete(f"{mixed.harness.keys.run(opened.run_id)}:units")
    mixed.harness.reconcile()
    status = mixed.harness.status(opened.run_id)
    assert status.state is RunState.FAILED
    work(mixed, opened.run_id, lambda: OLDER)
    mixed.harness.advance(SILENCE + 1)
    for unit in mixed.harness.due_units():
        claim = Claim(unit, "token")
        assert mixed(mixed.calls.claim(claim, LEASE, 4), is_older=OLDER).state is RunState.FAILED
        assert mixed(mixed.calls.finish(claim, None, keep_ms=1000), is_older=OLDER)
    assert mixed.harness.status(opened.run_id).open_units == 0


@pytest.mark.parametrize(
    "message",
    [
        SALES,
        ExtractionRequest(),
        ExtractionRequest(
            source="prod",
            scope=TableScope(database="a", name="b"),
            filters=Filters(databases=Globs(allow=("a*",), deny=("b",))),
            options=Options(partitions="all", lineage=False, raw=True, full=True),
        ),
        CheckRequest(source="default"),
        DatabaseUnit(**ABOUT, database="d", page=2, token="t", after="a", names=NameRange()),
        TableUnit(**ABOUT, database="d", table="t"),
        PartitionsUnit(**ABOUT, database="d", table="t", keys=("a",)),
        JobsUnit(**ABOUT),
        JobUnit(**ABOUT, job="j"),
        FinishUnit(**ABOUT),
    ],
    ids=lambda message: message.kind,
)
def test_what_this_version_writes_an_older_one_reads(message: Any):
    """Its models are as strict as its schema: a field that it does not know would be refused."""
    jsonschema.validate(json.loads(message.model_dump_json()), FROZEN["messages"])
