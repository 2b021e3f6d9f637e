"""The public namespace of ``glueline``."""

import subprocess
import sys

import pytest

import glueline

PUBLIC = [
    "Accepted",
    "AsyncProducer",
    "ExtractionRequest",
    "Failure",
    "Filters",
    "Globs",
    "GluelineError",
    "KeyConflict",
    "Options",
    "Outbox",
    "Producer",
    "Retryable",
    "RunState",
    "RunStatus",
    "Settings",
    "Terminal",
    "UnknownRun",
    "UsageError",
    "WaitTimeout",
    "accept_events",
    "load_settings",
]
HEAVY = (
    "celery",
    "kombu",
    "redis",
    "aioboto3",
    "aiobotocore",
    "boto3",
    "botocore",
    "pydantic",
    "typer",
)


def find_loaded(statement: str, *names: str) -> set[str]:
    """Return which of the modules ``names`` a fresh interpreter loads for ``statement``."""
    code = f"import sys\n{statement}\nprint(*(n for n in {names!r} if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_public_names_are_exactly_these():
    assert sorted(glueline.__all__) == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_leads_to_a_documented_thing(name: str):
    thing = getattr(glueline, name)
    assert thing.__name__ == name
    assert thing.__doc__


def test_the_former_places_of_public_things_still_have_them():
    from glueline.changes import intake
    from glueline.events import AcceptedEvents, accept_events
    from glueline.figures import LedgerCollector
    from glueline.telemetry import ledger_metrics

    assert (accept_events, AcceptedEvents) == (intake.accept_events, intake.AcceptedEvents)
    assert accept_events is glueline.accept_events
    assert LedgerCollector is ledger_metrics.LedgerCollector


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Consumer'"):
        glueline.Consumer  # noqa: B018


def test_importing_glueline_loads_nothing_heavy():
    assert find_loaded("import glueline", *HEAVY) == set()


def test_a_producer_needs_no_aws_library():
    aws = ("aioboto3", "aiobotocore", "boto3", "botocore", "glueline_worker")
    assert find_loaded("from glueline import Producer, AsyncProducer", *aws) == set()


def test_messages_and_records_need_no_connection():
    assert (
        find_loaded(
            "import glueline.contract.messages, glueline.contract.records, glueline.contract.runs",
            "celery",
            "kombu",
            "redis",
            "botocore",
        )
        == set()
    )
