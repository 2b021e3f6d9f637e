"""Templates: one source for each account and region, and what is said when that cannot be."""

import pytest

from glueline import UsageError, load_settings

A, B = "111111111111", "222222222222"
ROLE = 'roles = [{ arn = "arn:aws:iam::{account}:role/reader", external_id = "{alias}-x" }]'


@pytest.fixture
def toml(tmp_path):
    return (tmp_path / "glueline.toml").write_text


def problem() -> str:
    with pytest.raises(UsageError) as refused:
        load_settings()
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_each_account_and_region_is_a_source(toml):
    toml(f"""
[templates.lake]
accounts = ["{A}", {{ id = "{B}", alias = "sales" }}]
regions = ["eu-west-1", "us-east-1"]
{ROLE}
tags = {{ owner = "{{alias}}" }}
filters = {{ databases = {{ deny = ["tmp_*"] }} }}
""")
    settings = load_settings()
    assert sorted(settings.all_sources) == [
        f"lake-{A}-eu-west-1",
        f"lake-{A}-us-east-1",
        "lake-sales-eu-west-1",
        "lake-sales-us-east-1",
    ]
    source = settings.source("lake-sales-us-east-1")
    assert (source.region, source.account) == ("us-east-1", B)
    assert (source.roles[0].external_id, source.tags) == ("sales-x", {"owner": "sales"})
    assert not source.filters.databases.admits("tmp_1")


def test_accounts_come_from_a_file_beside_the_settings(toml, tmp_path, monkeypatch):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "accounts.txt").write_text(
        f"# all of them\n{A}\n\n{B}, sales # the shop\n"
    )
    (tmp_path / "conf" / "g.toml").write_text(
        '[templates.lake]\naccounts_file = "accounts.txt"\nregions = ["eu-west-1"]\nname = "{alias}"'
    )
    monkeypatch.setenv("GLUELINE_CONFIG", str(tmp_path / "conf" / "g.toml"))
    assert sorted(load_settings().all_sources) == [A, "sales"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "templates.lake: a template needs accounts"),
        (f"accounts = [{A}]", 2, "an account is 12 digits in quotation marks"),
        ('accounts = ["12"]', 2, "templates.lake.accounts.0: an account is 12 digits"),
        (f'accounts = ["{A}", "{A}"]', 1, "two sources would be called"),
        (
            f'accounts = ["{A}"]\nregions = ["eu-west-1", "us-east-1"]\nname = "{{account}}"',
            1,
            "two sources would be called",
        ),
        (f'accounts = ["{A}"]\nname = "{{acount}}"', 1, "there is no placeholder {acount}"),
        (f'accounts = ["{A}"]\nprofile = "{{acount}}"', 1, "there is no placeholder {acount}"),
        (f'accounts = ["{A}"]\nname = "a b"', 1, "'a b' is no name of a source"),
        (f'accounts = ["{A}"]\nregion = "eu-west-1"', 1, "regions, a list"),
        (f'accounts = ["{A}"]\nroels = []', 3, "templates.lake.roels"),
        (
            f'accounts = ["{A}"]\nroles = [\n  {{ arn = "arn:aws:iam::{{region}}:role/x" }},\n]',
            4,
            "templates.lake.roles.0.arn",
        ),
        (f'accounts = ["{A}"]\naccess_key = "AKIAPLAIN"', 3, "by reference only"),
        ('accounts_file = "none.txt"', 1, "none.txt cannot be read: No such file"),
        (
            f'accounts = ["{A}"]\n[sources.lake-{A}]',
            1,
            f"it makes the source 'lake-{A}', which is declared by itself",
        ),
        (
            f'accounts = ["{A}"]\n[templates.two]\nname = "lake-{{account}}"\naccounts = ["{A}"]',
            3,
            "made by the template 'lake' already",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(toml, text, line, said):
    toml(f"[templates.lake]\n{text}")
    assert problem().startswith(f"glueline.toml, line {line}: templates.")
    assert said in problem()
    assert "AKIAPLAIN" not in problem()


def test_a_wrong_line_of_an_accounts_file_is_told(toml, tmp_path):
    (tmp_path / "accounts.txt").write_text(f"{A}\n12 x\n")
    toml('[templates.lake]\naccounts_file = "accounts.txt"')
    assert "accounts.txt, line 2: a line holds 12 digits" in problem()


def test_a_thousand_accounts_are_no_burden_for_a_message(toml):
    accounts = [f"{n:012}" for n in range(1000)]
    toml(f"[templates.lake]\naccounts = {accounts}")
    settings = load_settings()
    assert settings.source("lake-000000000999").region is None
    with pytest.raises(UsageError, match="and 981 more") as refused:
        settings.source("gone")
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('access_key = "env:A"', "secret_key is missing"),
        ('secret_key = "env:A"', "access_key is missing"),
        ('session_token = "env:A"', "session_token needs"),
        ('profile = "p"\naccess_key = "env:A"\nsecret_key = "env:B"', "choose one"),
        ('access_key = "vault:A"\nsecret_key = "env:B"', "by reference only"),
        ('access_key = "env:"\nsecret_key = "env:B"', "by reference only"),
        ('secrets_from = "b"', "of use only beside"),
        ('access_key = "ssm:A"\nsecret_key = "ssm:B"\nsecrets_from = "c"', "no source 'c'"),
        ('access_key = "ssm:A"\nsecret_key = "ssm:B"\nsecrets_from = "a"', "its own keys"),
        ("quota = { overall = 0 }", "sources.a.quota.overall"),
        ("quota = { operations = { get_tables = 1 } }", "sources.a.quota.operations"),
        ('filters = { databases = { allow = ["[a"] } }', "opens a bracket"),
        ('tags = { "a=b" = "c" }', "sources.a.tags"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(toml, text, said):
    toml(f"[sources.a]\n{text}")
    assert problem().startswith("glueline.toml, line ")
    assert said in problem()
