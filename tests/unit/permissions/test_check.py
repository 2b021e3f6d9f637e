"""Checks: each permission tried, and what is said of those that are missing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import glueline

from glueline.contract.checks import CheckItem, CheckReport, CheckState
from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_simulator import Simulator
from glueline_worker.aws.errors import AwsDenied, AwsNotFound, AwsRefused, AwsTransient
from glueline_worker.aws.iam_actions import NOT_OF_SOURCE, PERMISSIONS
from glueline_worker.permissions.check import check_permissions
from glueline_worker.permissions.lake_formation import IAM_PRINCIPALS, is_governed
from glueline_worker.permissions.verdicts import describe_outcome, judge_error, make_call_item

Simulate = Callable[..., Simulator]
HOP = "arn:aws:iam::210987654321:role/hop"
READER = "arn:aws:iam::210987654321:role/reader"
DENIED = CheckState.DENIED


async def checked(sim: Simulator, **source: Any) -> CheckReport:
    made = Source.model_validate({"endpoint_url": sim.url, **source})
    return await check_permissions(Settings(sources={"a": made}), "a")


def state(report: CheckReport, permission: str) -> CheckState:
    return _item(report, permission).state


def _item(report: CheckReport, permission: str) -> CheckItem:
    return next(item for item in report.items if item.permission == permission)


async def test_every_permission_that_reads_is_tried(simulator: Simulate) -> None:
    report = await checked(simulator(sample=True))
    reading = {p.action for p in PERMISSIONS if p.feature not in NOT_OF_SOURCE}
    states = {item.permission: item.state for item in report.items}
    assert states.keys() >= reading
    assert states.pop("kms:Decrypt") is CheckState.UNKNOWN
    assert set(states.values()) == {CheckState.ALLOWED}
    assert (report.ok, report.exit_code, report.account) == (True, 0, "123456789012")
    assert report.identity == "arn:aws:iam::123456789012:user/simulator"


@pytest.mark.parametrize(
    ("call", "permission"),
    [
        (call, permission.action)
        for permission in PERMISSIONS
        for call in permission.operations
        if permission.action.startswith(("glue:", "s3:"))
        and call not in ("HeadObject", "ListObjectsV2")
    ],
)
async def test_a_denied_call_is_said_to_be_so_and_nothing_else_is(
    call: str, permission: str, simulator: Simulate
) -> None:
    report = await checked(simulator(sample=True, deny=[call]))
    assert {item.permission for item in report.items if item.state is DENIED} == {permission}
    assert (report.ok, report.exit_code) == (False, 3)
    item = _item(report, permission)
    assert item.needed_for
    assert item.without_it


async def test_nothing_works_when_all_is_denied(simulator: Simulate) -> None:
    report = await checked(simulator(sample=True, deny=["Get*", "List*", "Head*"]))
    assert (report.ok, report.exit_code) == (False, 1)


async def test_the_silence_of_lake_formation_is_told_from_a_denial(simulator: Simulate) -> None:
    report = await checked(simulator(sample=True, hide=["*"]))
    item = _item(report, "glue:GetDatabases")
    assert item.state is CheckState.HIDDEN
    assert "Lake Formation leaves it out" in item.detail
    assert report.exit_code == 3


async def test_tables_that_are_all_hidden_are_noticed(simulator: Simulate) -> None:
    report = await checked(simulator(sample=True, hide=["*.*"]))
    assert state(report, "glue:GetDatabases") is CheckState.ALLOWED
    assert state(report, "glue:GetTables") is CheckState.HIDDEN


def lake(*governed: str, tables: bool) -> dict[str, Any]:
    """A catalogue whose databases say whether Lake Formation governs them."""
    iam = {"Principal": {"DataLakePrincipalIdentifier": IAM_PRINCIPALS}, "Permissions": ["ALL"]}
    table: dict[str, Any] = {"orders": {"columns": {"id": "bigint"}}} if tables else {}
    databases = {
        name: {
            "tables": table,
            "raw": {"CreateTableDefaultPermissions": [] if name in governed else [iam]},
        }
        for name in ("a", "b", "c", "d", "e")
    }
    return {"account": "123456789012", "databases": databases}


@pytest.mark.parametrize(
    ("governed", "tables", "expected", "says"),
    [
        ("", False, CheckState.ALLOWED, "IAM alone decides who sees new ones"),
        ("b", False, CheckState.HIDDEN, "Lake Formation governs b: it leaves out"),
        ("", True, CheckState.ALLOWED, "one page of a"),
        ("abcde", True, CheckState.ALLOWED, "Lake Formation governs a, b, c and 2 more: tables"),
    ],
)
async def test_which_databases_lake_formation_governs_is_told(
    governed: str,
    tables: bool,  # noqa: FBT001
    expected: CheckState,
    says: str,
    simulator: Simulate,
) -> None:
    report = await checked(simulator(catalogue=lake(*governed, tables=tables)))
    item = _item(report, "glue:GetTables")
    assert (item.state, report.ok) == (expected, expected is CheckState.ALLOWED)
    assert says in item.detail
    assert ("Lake Formation" in item.detail) == bool(governed)


@pytest.mark.parametrize(
    ("defaults", "expected"),
    [
        (None, None),
        ("x", None),
        ([], True),
        ([{}], True),
        ([None, {"Principal": None}], True),
        ([{"Principal": {"DataLakePrincipalIdentifier": IAM_PRINCIPALS}}], False),
    ],
)
def test_defaults_of_a_database_are_read_whatever_they_are(defaults: Any, expected: Any) -> None:
    assert is_governed({"CreateTableDefaultPermissions": defaults}) is expected


async def test_an_empty_database_at_first_is_no_alarm(simulator: Simulate) -> None:
    sim = simulator(sample=True)
    sim.add_database("aaa_empty")
    assert (await checked(sim)).ok


@pytest.mark.parametrize(
    ("roles", "deny", "failing", "account"),
    [
        ({READER: {}}, [], "role 1 of the chain: the role " + HOP, "123456789012"),
        ({HOP: {}}, [], "role 2 of the chain: the role " + READER, "210987654321"),
        ({HOP: {}, READER: {"external_id": "other"}}, [], "with an external id", "210987654321"),
    ],
)
async def test_the_role_is_named_at_which_the_chain_breaks(
    roles: dict[str, Any], deny: list[str], failing: str, account: str, simulator: Simulate
) -> None:
    catalogue = {"account": "123456789012", "databases": {}, "roles": roles}
    sim = simulator(catalogue=catalogue)
    chain = [{"arn": HOP}, {"arn": READER, "external_id": "x1"}]
    report = await checked(sim, roles=chain)
    denied = [item for item in report.items if item.state is DENIED]
    assert [item.permission for item in denied] == ["sts:AssumeRole"]
    assert failing in denied[0].detail
    assert "trust policy must name the caller" in denied[0].detail
    assert "x1" not in denied[0].detail
    assert report.account == account
    assert state(report, "glue:GetTables") is CheckState.UNKNOWN
    assert report.exit_code == 1


async def test_a_key_that_cannot_be_read_is_said_with_its_reference(simulator: Simulate) -> None:
    sim = simulator(sample=True, deny=["GetSecretValue"])
    report = await checked(sim, access_key="secretsmanager:k", secret_key="ssm:k")
    item = _item(report, "secretsmanager:GetSecretValue")
    assert item.state is DENIED
    assert "the key secretsmanager:k cannot be read" in item.detail


@pytest.mark.slow
async def test_an_endpoint_that_is_away_is_no_denial() -> None:
    settings = Settings(sources={"a": Source(endpoint_url="http://127.0.0.1:1")})
    quick = settings.worker.model_copy(update={"call_timeout": 0.2})
    report = await check_permissions(settings.model_copy(update={"worker": quick}), "a")
    assert {item.state for item in report.items} == {CheckState.UNKNOWN}
    assert (report.ok, report.exit_code) == (False, 1)


def test_verdicts_tell_what_is_missing_from_what_is_not_there() -> None:
    assert judge_error(AwsNotFound("GetTable: EntityNotFoundException")) is CheckState.ALLOWED
    assert judge_error(AwsRefused("GetTable: InvalidInputException: no")) is CheckState.ALLOWED
    assert judge_error(AwsDenied("GetTable: AccessDeniedException")) is DENIED
    assert judge_error(AwsTransient("GetTable: 503")) is CheckState.UNKNOWN
    unknown = AwsRefused("GetTable: 501: the endpoint does not know this operation")
    assert judge_error(unknown) is CheckState.UNKNOWN


def test_advice_follows_what_aws_says() -> None:
    lake = AwsDenied("AccessDeniedException: Insufficient Lake Formation permission(s)")
    assert "grant it in Lake Formation" in make_call_item("glue:GetTable", "x", lake).detail
    key = AwsDenied("AccessDenied: not authorized to perform: kms:Decrypt on resource")
    assert "allow kms:Decrypt" in describe_outcome(key, "x")


def test_the_command_answers_with_a_table_json_and_exit_codes(
    simulator: Simulate, tmp_path: Path
) -> None:
    good = simulator(sample=True)
    bad = simulator(sample=True, deny=["GetPartitions"])
    (tmp_path / "glueline.toml").write_text(f"""
[sources.good]
endpoint_url = "{good.url}"
tags = {{ team = "sales" }}
[sources.bad]
endpoint_url = "{bad.url}"
""")
    done = glueline("check", "good")
    assert (done.code, done.err) == (0, "")
    assert "glue:GetTables\tallowed" in done.out
    done = glueline("check", "--all", "--json")
    assert done.code == 3
    assert {one["source"]: one["ok"] for one in done.json} == {"good": True, "bad": False}
    assert glueline("check", "--tag", "team=sales", "--json").json[0]["source"] == "good"
    for words in (["gone"], ["good", "--all"], ["--tag", "team=x"], ["--tag", "team"]):
        done = glueline("check", *words)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), words


def test_sources_are_listed_without_what_is_private(tmp_path: Path) -> None:
    (tmp_path / "glueline.toml").write_text("""
[sources.a]
region = "eu-west-1"
endpoint_url = "http://user:0planted@127.0.0.1:1"
access_key = "env:THE_KEY_0planted"
secret_key = "env:THE_KEY_0planted"
roles = [{ arn = "arn:aws:iam::123456789012:role/r", external_id = "0planted" }]
tags = { team = "sales" }
[sources.b]
""")
    done = glueline("sources")
    assert done.out.splitlines() == ["a\teu-west-1\t123456789012\tr\tteam=sales", "b\t-\t-\t-\t"]
    found = glueline("sources", "--tag", "team=sales", "--json")
    assert [one["name"] for one in found.json] == ["a"]
    assert found.json[0]["roles"] == ["arn:aws:iam::123456789012:role/r"]
    assert "0planted" not in done.out + found.out
