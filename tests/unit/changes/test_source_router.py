"""Which source an event is of."""

from typing import Any

import pytest

from glueline.changes.eventbridge import Event
from glueline.changes.source_router import NoSource, SourceRouter
from glueline.contract.messages import DatabaseScope, JobScope, Scope, TableScope
from glueline.settings.settings import Settings

NORTH, SOUTH, HUB = "111111111111", "222222222222", "333333333333"
TABLE = TableScope(database="sales", name="orders")
SOURCES: dict[str, dict[str, Any]] = {
    "north": {"region": "eu-north-1", "roles": [{"arn": f"arn:aws:iam::{NORTH}:role/r"}]},
    "north-anywhere": {"roles": [{"arn": f"arn:aws:iam::{NORTH}:role/r"}]},
    "south": {"region": "eu-south-1", "catalog_id": SOUTH},
    "south-finance": {
        "region": "eu-south-1",
        "catalog_id": SOUTH,
        "filters": {"databases": {"allow": ["fin*"]}},
    },
    "shared": {
        "region": "eu-west-1",
        "catalog_id": SOUTH,
        "roles": [{"arn": f"arn:aws:iam::{HUB}:role/r"}],
    },
}


def found(
    account: str | None,
    region: str | None,
    scope: Scope = TABLE,
    *,
    source: str | None = None,
    sources: dict[str, dict[str, Any]] = SOURCES,
) -> list[str]:
    router = SourceRouter(Settings(sources=sources))
    event = Event(id="e", account=account, region=region, scopes=(scope,))
    return [change.source for change in router.find_changes(event, source)]


@pytest.mark.parametrize(
    ("account", "region", "scope", "names"),
    [
        (NORTH, "eu-north-1", TABLE, ["north"]),
        (NORTH, "us-east-1", TABLE, ["north-anywhere"]),
        (SOUTH, "eu-south-1", TABLE, ["south"]),
        (SOUTH, "eu-south-1", DatabaseScope(name="fin"), ["south", "south-finance"]),
        # The tables are the catalogue's, the jobs those of the role.
        (SOUTH, "eu-west-1", TABLE, ["shared"]),
        (HUB, "eu-west-1", JobScope(name="load"), ["shared"]),
    ],
)
def test_an_event_is_of_the_sources_of_its_account_and_region(
    account: str, region: str, scope: Scope, names: list[str]
):
    assert found(account, region, scope) == names


@pytest.mark.parametrize(
    ("account", "region", "said"),
    [
        ("999999999999", "eu-north-1", "no source may be that of account 999999999999"),
        (None, None, "more than one source may be that of account unknown"),
    ],
)
def test_an_event_without_a_source_is_refused(account: str | None, region: str | None, said: str):
    with pytest.raises(NoSource, match=said):
        found(account, region)


def test_a_source_that_tells_nothing_of_itself_takes_what_others_do_not():
    sources = {**SOURCES, "plain": {}}
    assert found("999999999999", "eu-north-1", sources=sources) == ["plain"]
    assert found(NORTH, "eu-north-1", sources=sources) == ["north"]
    with pytest.raises(NoSource, match="more than one"):
        found("999999999999", "eu-north-1", sources={**sources, "plainer": {}})


def test_without_declared_sources_all_events_are_of_default_or_of_the_one_that_is_named():
    assert found(NORTH, "eu-north-1", sources={}) == ["default"]
    assert found(NORTH, "eu-north-1", sources={}, source="elsewhere") == ["elsewhere"]


def test_a_source_that_is_named_takes_all_that_its_filters_admit():
    assert found(NORTH, "us-east-1", source="south") == ["south"]
    assert found(NORTH, "us-east-1", source="south-finance") == []
    with pytest.raises(NoSource, match="no source 'gone'"):
        found(NORTH, "us-east-1", source="gone")


def test_sources_of_a_template_are_known():
    role = {"arn": "arn:aws:iam::{account}:role/reader"}
    template = {"accounts": [NORTH, SOUTH], "regions": ["eu-west-1"], "roles": [role]}
    settings = Settings(templates={"t": template})
    event = Event(id="e", account=SOUTH, region="eu-west-1", scopes=(TABLE,))
    assert [change.source for change in SourceRouter(settings).find_changes(event)] == [
        f"t-{SOUTH}"
    ]
