"""Policies: the least that is needed, on the right resources, in notations that parsers take."""

import json
import re
from pathlib import Path
from typing import Any

import hcl2
import pytest
from cfnlint import api as cfnlint
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from tests.support.command import glueline
from tests.support.examples import examples
from tests.unit.permissions.authority import complaints

from glueline.contract.errors import UsageError
from glueline.settings.sources import Role, Source
from glueline_worker.aws.iam_actions import DEFAULT_FEATURES, OPTIONAL_FEATURES, Feature
from glueline_worker.permissions.policy_documents import (
    POLICY_LIMIT,
    count_policy_characters,
    guess_trusted_arn,
    make_principals,
)
from glueline_worker.permissions.policy_formats import (
    render_chain,
    render_cloudformation,
    render_iam,
    render_terraform,
)
from glueline_worker.permissions.policy_resources import PolicyScope

ACCOUNT = "123456789012"
ROLES = (
    Role(arn="arn:aws:iam::111111111111:role/hop"),
    Role(arn="arn:aws:iam::222222222222:role/team/reader", external_id='${x} "y"'),
)


def reader(place: PolicyScope, features: Any = DEFAULT_FEATURES) -> dict[str, Any]:
    return make_principals(place, features, guess_trusted_arn(place))[-1].policy


def resources(policy: dict[str, Any], action: str) -> list[str]:
    (found,) = [s["Resource"] for s in policy["Statement"] if action in s["Action"]]
    return [found] if isinstance(found, str) else found


def actions(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


FEATURES = st.sets(st.sampled_from(OPTIONAL_FEATURES)).map(
    lambda chosen: {Feature.CATALOG, *chosen}
)
PLACES = st.builds(
    lambda region, allow, nested, buckets, roles: PolicyScope(
        Source.model_validate(
            {
                "filters": {"databases": {"allow": allow}},
                "catalog_id": f"{ACCOUNT}:{nested}" if nested else None,
                "roles": ROLES if roles else (),
            }
        ),
        region=region,
        account=ACCOUNT,
        buckets=tuple(buckets),
        kms_keys=(f"arn:aws:kms:{region}:{ACCOUNT}:key/1-2",),
    ),
    st.sampled_from(["eu-west-1", "us-gov-west-1", "us-east-1"]),
    st.lists(st.sampled_from(["sales*", "fin[ab]nce", "HR", "x?"]), max_size=3),
    st.sampled_from(["", "s3tablescatalog/lake"]),
    st.lists(st.sampled_from(["scripts-a", "team-*-scripts"]), max_size=2),
    st.booleans(),
)


@settings(max_examples=examples(40), deadline=None)
@given(PLACES, FEATURES)
def test_every_policy_is_valid(place: PolicyScope, features: set[Feature]) -> None:
    for one in make_principals(place, features, guess_trusted_arn(place)):
        assert one.policy is not None
        assert count_policy_characters(one.policy) <= POLICY_LIMIT
        assert complaints(one.policy) == []
        IAMPolicyDocumentValidator(json.dumps(one.policy)).validate()


def test_the_linter_would_see_a_mistake() -> None:
    wrong = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "glue:GetTabels", "Resource": "*"},
            {"Effect": "Allow", "Action": "glue:GetTables", "Resource": "arn:aws:s3:::bucket"},
            {"Effect": "Allow", "Action": "glue:ListJobs", "Resource": "arn:aws:glue:*:*:job/*"},
            {"Effect": "Allow", "Action": "glue:GetJob", "Resource": "*"},
        ],
    }
    assert complaints(wrong) == [
        "glue:GetTabels is unknown",
        "glue:GetTables does not take arn:aws:s3:::bucket",
        *(f"glue:GetTables needs a {kind}" for kind in ("database", "rootcatalog", "table")),
        "glue:ListJobs does not take arn:aws:glue:*:*:job/*",
        "glue:GetJob could be narrower than *",
        "glue:GetJob needs a job",
    ]


def test_tables_need_the_catalogue_their_databases_and_themselves() -> None:
    place = PolicyScope(Source(), region="eu-west-1", account=ACCOUNT)
    base = f"arn:aws:glue:eu-west-1:{ACCOUNT}:"
    assert resources(reader(place), "glue:GetTables") == [
        f"{base}catalog",
        f"{base}database/*",
        f"{base}table/*/*",
    ]
    assert resources(reader(place), "glue:GetJob") == [f"{base}job/*"]
    assert resources(reader(place), "glue:ListJobs") == ["*"]
    assert resources(reader(place), "s3:GetObject") == [
        f"arn:aws:s3:::aws-glue-assets-{ACCOUNT}-eu-west-1/*"
    ]


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("*", "aws"),
    ],
)
def test_the_partition_follows_the_region(region: str, partition: str) -> None:
    found = re.findall(r"arn:([\w-]+):", json.dumps(reader(PolicyScope(Source(), region=region))))
    assert set(found) == {partition}


def test_filters_narrow_tables_but_not_what_jobs_may_read() -> None:
    source = Source.model_validate({"filters": {"databases": {"allow": ["Sales*"]}}})
    policy = reader(PolicyScope(source, account=ACCOUNT))
    assert resources(policy, "glue:GetTables")[-1].endswith(":table/sales*/*")
    assert resources(policy, "glue:GetTable")[-1].endswith(":table/*/*")
    assert resources(policy, "glue:GetDatabases")[-1].endswith(":database/*")


def test_what_is_switched_off_is_not_allowed() -> None:
    place = PolicyScope(Source(), account=ACCOUNT)
    assert "glue:GetPartitions" not in actions(reader(place))
    assert "glue:GetPartitions" in actions(reader(place, DEFAULT_FEATURES | {Feature.PARTITIONS}))
    assert actions(reader(place, {Feature.CATALOG})) == {
        "glue:GetDatabase",
        "glue:GetDatabases",
        "glue:GetTables",
    }


@pytest.mark.parametrize(
    ("url", "options", "arn"),
    [
        ("", [], f"arn:aws:sqs:eu-west-1:{ACCOUNT}:glueline-events"),
        (
            "https://sqs.eu-north-1.amazonaws.com/210987654321/changes",
            [],
            "arn:aws:sqs:eu-north-1:210987654321:changes",
        ),
        (
            "http://127.0.0.1:4577/210987654321/changes",
            [],
            "arn:aws:sqs:eu-west-1:210987654321:changes",
        ),
        ("", ["--queue", "arn:aws:sqs:eu-west-3:1:q"], "arn:aws:sqs:eu-west-3:1:q"),
    ],
)
def test_the_queue_with_events_is_the_one_of_the_settings(
    url: str, options: list[str], arn: str
) -> None:
    words = ["--with", "events", "--account", ACCOUNT, "--region", "eu-west-1", *options]
    done = glueline("policy", *words, env={"GLUELINE_EVENTS__QUEUE": url})
    assert done.code == 0, done.err
    policy = json.loads(done.out)
    assert complaints(policy) == []
    assert resources(policy, "sqs:ReceiveMessage") == [arn]
    assert resources(policy, "sqs:DeleteMessage") == [arn]
    assert "sqs" not in json.dumps(reader(PolicyScope(Source())))


def test_another_accounts_catalogue_is_named_by_that_account() -> None:
    source = Source(catalog_id="210987654321", roles=ROLES)
    policy = reader(PolicyScope(source, region="eu-west-1", account="222222222222"))
    assert resources(policy, "glue:GetTables")[0] == "arn:aws:glue:eu-west-1:210987654321:catalog"
    assert resources(policy, "glue:GetJob") == ["arn:aws:glue:eu-west-1:222222222222:job/*"]


def test_a_chain_of_roles_allows_and_trusts_step_by_step() -> None:
    place = PolicyScope(Source(roles=ROLES), region="eu-west-1", account="222222222222")
    caller, hop, last = make_principals(
        place, DEFAULT_FEATURES, "arn:aws:iam::999999999999:role/workers"
    )
    assert resources(caller.policy, "sts:AssumeRole") == [ROLES[0].arn]
    assert resources(hop.policy, "sts:AssumeRole") == [ROLES[1].arn]
    assert hop.trust["Statement"][0]["Principal"] == {
        "AWS": "arn:aws:iam::999999999999:role/workers"
    }
    assert last.trust["Statement"][0]["Principal"] == {"AWS": ROLES[0].arn}
    assert last.trust["Statement"][0]["Condition"] == {
        "StringEquals": {"sts:ExternalId": ROLES[1].external_id}
    }
    assert [one["role"] for one in json.loads(render_chain([caller, hop, last]))] == [
        None,
        *(role.arn for role in ROLES),
    ]


def test_keys_that_aws_keeps_may_be_read_by_whoever_runs_the_workers() -> None:
    source = Source(access_key="secretsmanager:glue/reader#k", secret_key="ssm:/glue/secret")
    (caller,) = make_principals(
        PolicyScope(source, region="eu-west-1", account=ACCOUNT), DEFAULT_FEATURES, "unused"
    )
    assert complaints(caller.policy) == []
    assert resources(caller.policy, "secretsmanager:GetSecretValue") == [
        "arn:aws:secretsmanager:eu-west-1:*:secret:glue/reader-??????"
    ]
    assert resources(caller.policy, "ssm:GetParameter") == [
        "arn:aws:ssm:eu-west-1:*:parameter/glue/secret"
    ]


def test_names_that_are_too_many_for_a_policy_give_way_to_a_wildcard() -> None:
    allow = [f"database_number_{n}" for n in range(300)]
    source = Source.model_validate({"filters": {"databases": {"allow": allow}}})
    policy = reader(PolicyScope(source, account=ACCOUNT))
    assert count_policy_characters(policy) <= POLICY_LIMIT
    assert resources(policy, "glue:GetTables")[-1].endswith(":table/*/*")
    with pytest.raises(UsageError, match="name fewer buckets"):
        reader(PolicyScope(Source(), buckets=tuple(f"bucket-number-{n}" for n in range(300))))


@settings(max_examples=examples(20, fewest=3), deadline=None)
@given(PLACES, FEATURES)
def test_terraform_takes_its_notation(place: PolicyScope, features: set[Feature]) -> None:
    found = make_principals(place, features, guess_trusted_arn(place))
    parsed = hcl2.loads(render_terraform("lake.1", found))
    kinds = [re.sub(r"\W", "", kind) for block in parsed["resource"] for kind in block]
    assert kinds.count("aws_iam_policy") == len(found)
    assert kinds.count("aws_iam_role") == len(found) - 1


def test_terraform_holds_the_same_documents() -> None:
    place = PolicyScope(Source(roles=ROLES), account="222222222222")
    found = make_principals(place, DEFAULT_FEATURES, guess_trusted_arn(place))
    held = re.findall(r"<<-JSON\n(.*?)\n  JSON", render_terraform("lake", found), re.DOTALL)
    documents = [json.loads(text.replace("$${", "${")) for text in held]
    assert documents == [
        found[0].policy,
        *(document for one in found[1:] for document in (one.trust, one.policy)),
    ]


def test_cloudformation_takes_its_notation() -> None:
    place = PolicyScope(Source(roles=ROLES), region="eu-west-1", account="222222222222")
    found = make_principals(
        place, DEFAULT_FEATURES | {Feature.PARTITIONS}, guess_trusted_arn(place)
    )
    text = render_cloudformation("lake-1", found)
    assert [str(match) for match in cfnlint.lint(text, regions=["eu-west-1"])] == []
    made = json.loads(text)["Resources"]
    assert [one["Type"] for one in made.values()].count("AWS::IAM::Role") == 2
    assert made["Lake1ReaderPolicy"]["Properties"]["PolicyDocument"] == json.loads(
        render_iam(found)
    )


@pytest.mark.parametrize("notation", ["json", "terraform", "cloudformation"])
def test_the_command_prints_a_policy_and_nothing_else(notation: str, tmp_path: Path) -> None:
    (tmp_path / "glueline.toml").write_text(
        '[sources.a]\nregion = "eu-west-1"\nroles = [{ arn = "arn:aws:iam::123456789012:role/r" }]'
    )
    done = glueline("policy", "a", "--with", "partitions", "--format", notation)
    assert (done.code, "glue:GetPartitions" in done.out) == (0, True)
    if notation != "terraform":
        json.loads(done.out)
    assert "trust" in done.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--with", "tables"], "--with takes partitions, jobs, lineage, events, not 'tables'"),
        (["--with", "jobs", "--without", "jobs"], "jobs stands in --with and in --without"),
        (["--with", "lineage", "--without", "jobs"], "lineage is that of jobs"),
        (["--account", "12"], "--account takes 12 digits, not '12'"),
        (["--bucket", "s3://x"], "--bucket takes the name of a bucket"),
        (["--kms-key", "alias/x"], "--kms-key takes the ARN of a key, not of an alias"),
        (["--principal", "root"], "--principal takes the ARN"),
        (["--queue", "glue"], "--queue takes the ARN of a queue, not 'glue'"),
        (["gone"], "there is no source 'gone'"),
    ],
)
def test_wrong_usage_is_said_in_one_sentence(options: list[str], said: str) -> None:
    done = glueline("policy", *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1
