"""Settings: where they come from, and what is said when one is wrong."""

import re
from pathlib import Path

import pytest

from glueline import UsageError, load_settings
from glueline.settings.settings import Settings
from glueline.settings.sources import Role, Source

SECRET = "hunter2"


@pytest.fixture
def toml(tmp_path: Path):
    """``toml("…")`` writes the ``glueline.toml`` of the current folder."""
    return (tmp_path / "glueline.toml").write_text


def problem(**overrides: object) -> str:
    with pytest.raises(UsageError) as refused:
        load_settings(**overrides)
    text = str(refused.value)
    assert "\n" not in text
    assert SECRET not in text
    return text


def test_defaults_need_neither_file_nor_variables():
    settings = load_settings()
    assert settings.redis_url == "redis://127.0.0.1:6379/0"
    assert settings.sinks == ("sqlite:///glueline.db",)
    assert settings.source("default") == Source()


def test_a_variable_wins_over_the_file_and_an_argument_over_both(toml, monkeypatch):
    toml('key_prefix = "file:"\nsilence = 5\nlog_level = "debug"')
    monkeypatch.setenv("GLUELINE_KEY_PREFIX", "variable:")
    monkeypatch.setenv("GLUELINE_SILENCE", "6")
    settings = load_settings(silence=7)
    assert (settings.log_level, settings.key_prefix, settings.silence) == ("debug", "variable:", 7)


def test_inner_settings_come_from_file_and_variables_together(toml, monkeypatch):
    toml("[worker]\nlease = 12\nattempts = 2")
    monkeypatch.setenv("GLUELINE_WORKER__CONCURRENCY", "64")
    monkeypatch.setenv("GLUELINE_WORKER__ATTEMPTS", "3")
    worker = load_settings().worker
    assert (worker.lease, worker.attempts, worker.concurrency) == (12, 3, 64)


def test_another_file_can_be_named(tmp_path, monkeypatch):
    (tmp_path / "other.toml").write_text('key_prefix = "other:"')
    monkeypatch.setenv("GLUELINE_CONFIG", str(tmp_path / "other.toml"))
    assert load_settings().key_prefix == "other:"


def test_sinks_are_a_list_or_words(toml, monkeypatch):
    toml('sinks = ["stdout:", "file:///my data"]')
    assert load_settings().sinks == ("stdout:", "file:///my data")
    monkeypatch.setenv("GLUELINE_SINKS", "stdout:  sqlite:///x.db ")
    assert load_settings().sinks == ("stdout:", "sqlite:///x.db")


def test_an_empty_variable_counts_as_absent(monkeypatch):
    monkeypatch.setenv("GLUELINE_SINKS", "")
    assert load_settings().sinks == Settings().sinks


def test_sources_have_regions_and_chains_of_roles(toml):
    toml("""
        [sources.prod]
        region = "eu-west-1"
        catalog_id = "123456789012:nested"
        [[sources.prod.roles]]
        arn = "arn:aws:iam::123456789012:role/hop"
        [[sources.prod.roles]]
        arn = "arn:aws-cn:iam::210987654321:role/path/reader"
        external_id = "x"
    """)
    source = load_settings().source("prod")
    assert (source.region, source.catalog_id) == ("eu-west-1", "123456789012:nested")
    assert source.roles == (
        Role(arn="arn:aws:iam::123456789012:role/hop"),
        Role(arn="arn:aws-cn:iam::210987654321:role/path/reader", external_id="x"),
    )


def test_the_default_source_can_be_declared(toml):
    toml('[sources.default]\nregion = "us-east-2"')
    assert load_settings().source("default").region == "us-east-2"


def test_an_unknown_source_is_refused_with_those_that_are_known(toml):
    toml("[sources.prod]\n[sources.dev]")
    with pytest.raises(
        UsageError, match="no source 'stage'; the known ones are default, dev, prod"
    ):
        load_settings().source("stage")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f'redis_ulr = "redis://:{SECRET}@h"', "redis_ulr"),
        (f'redis_url = "http://:{SECRET}@h"', "redis_url"),
        (f'redis_url = "redis://:{SECRET}/x@h:6379"', "redis_url"),
        (f'redis_url = "redis://:{SECRET}#x@h:6379"', "redis_url"),
        (f'redis_url = "redis://:{SECRET}@h:{SECRET}"', "redis_url"),
        (f'redis_url = "redis://:{SECRET}@h/{SECRET}"', "redis_url"),
        (f'redis_url = "redis://:{SECRET}@h?no_such_option=1"', "redis_url"),
        ('redis_url = "redis://h:99999"', "redis_url"),
        (f'sinks = [["{SECRET}"]]', "sinks.0"),
        ("sinks = 3", "sinks"),
        ("silence = 0", "silence"),
        ("silence = inf", "silence"),
        ("keep_runs = nan", "keep_runs"),
        (f'silence = "{SECRET}"', "silence"),
        ('log_level = "loud"', "log_level"),
        ("[worker]\nconcurrency = 0", "worker.concurrency"),
        ("[worker]\nthreads = 4", "worker.threads"),
        (f'[sources."bad name"]\nprofile = "{SECRET}"', "sources.bad name"),
        (f'[sources.prod]\nsecret_key = "{SECRET}"', "sources.prod.secret_key"),
        (f'[[sources.prod.roles]]\narn = "{SECRET}"', "sources.prod.roles.0.arn"),
        ('sources = "prod"', "sources"),
        ('[[schedules]]\nname = "nightly"\nevery = "soon"', "schedules.0.every"),
        ('[[schedules]]\nname = "nightly"\nevery = 0', "schedules.0.every"),
        ('[[schedules]]\nname = "nightly"\nevery = 1.5', "schedules.0.every"),
        ('[[schedules]]\nname = "nightly"\nevery = 60\njitter = "2m"', "schedules.0: jitter"),
        ('[[schedules]]\nname = "n"\nevery = 60\ntimezone = "Asia/Tokyo"', "schedules.0: timezone"),
        ('[[schedules]]\nname = "n"\nevery = 60\noverlap = "both"', "schedules.0.overlap"),
        ('[[schedules]]\nname = "nightly"', "schedules.0: a schedule has either"),
        ('[[schedules]]\nname = "n"\nevery = 60\ncron = "* * * * *"', "schedules.0: a schedule"),
        *(
            (f'[[schedules]]\nname = "n"\ncron = "{cron}"', "schedules.0: cron")
            for cron in ("", "soon", "61 * * * *", "* * * * * *", "0 0 30 2 *", f"{SECRET} * * * *")
        ),
        *(
            (
                f'[[schedules]]\nname = "n"\ncron = "* * * * *"\ntimezone = "{zone}"',
                "schedules.0.tim",
            )
            for zone in ("", "Europe", "../../etc/passwd", "Mars/Olympus", "é\\u0000", SECRET)
        ),
        (
            '[[schedules]]\nname = "n"\nevery = 60\nrequest = {scope = {kind = "all"}}',
            "schedules.0.request",
        ),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence_without_its_value(toml, text, names):
    toml(text)
    assert re.match(rf"glueline\.toml, line \d+: {re.escape(names)}", problem())


@pytest.mark.parametrize("name", ["WORKER", "SOURCES", "SCHEDULES"])
def test_a_variable_that_is_no_json_is_named(monkeypatch, name):
    monkeypatch.setenv(f"GLUELINE_{name}", SECRET)
    assert name.lower() in problem()


def test_a_wrong_variable_is_named(monkeypatch):
    monkeypatch.setenv("GLUELINE_WORKER__LEASE", SECRET)
    assert "worker.lease" in problem()


def test_the_line_of_what_is_wrong_is_told(toml):
    toml("""# comment
sinks = [
  "stdout:",
]
[worker]
lease = 12

[sources.sales]
region = "eu-west-1"
  [[sources.sales.roles]]
  arn = "arn:aws:iam::123456789012:role/hop"
  [[sources.sales.roles]]
  arn = "nonsense"
""")
    assert problem().startswith("glueline.toml, line 13: sources.sales.roles.1.arn: ")


def test_a_named_file_stands_in_the_message(tmp_path, monkeypatch):
    (tmp_path / "other.toml").write_text("\nsilence = 0")
    monkeypatch.setenv("GLUELINE_CONFIG", str(tmp_path / "other.toml"))
    assert problem().startswith(f"{tmp_path / 'other.toml'}, line 2: silence: ")


def test_no_line_is_told_of_what_a_variable_or_an_argument_says(toml, monkeypatch):
    toml("silence = 5\n[worker]\nlease = 5\nattempts = 1")
    assert problem(silence=0).startswith("setting silence: ")
    monkeypatch.setenv("GLUELINE_WORKER__LEASE", "0")
    assert problem().startswith("setting worker.lease: ")
    monkeypatch.delenv("GLUELINE_WORKER__LEASE")
    monkeypatch.setenv("GLUELINE_WORKER__GRACE", "0")
    assert problem().startswith("setting worker.grace: ")


def test_several_problems_are_counted():
    assert problem(silence=-1, keep_runs=-1).endswith("(and 1 more)")


@pytest.mark.parametrize(
    "content", [b"sinks = [", b"= 1", b"a = 1\na = 2", b"redis_url = '\xff'", b"\x00"]
)
def test_a_file_that_is_no_toml_is_named(tmp_path, content):
    (tmp_path / "glueline.toml").write_bytes(content)
    assert problem().startswith("glueline.toml is not valid TOML")


def test_a_named_file_must_exist(monkeypatch):
    monkeypatch.setenv("GLUELINE_CONFIG", "nowhere.toml")
    assert "nowhere.toml" in problem()


@pytest.mark.parametrize(
    ("every", "seconds"), [(90, 90), ("90s", 90), ("15m", 900), ("1.5 h", 5400), ("1d", 86400)]
)
def test_a_schedule_recurs_after_a_time_with_a_unit(every, seconds):
    settings = load_settings(schedules=[{"name": "nightly", "every": every}])
    assert settings.schedules[0].every == seconds


def test_settings_cannot_be_changed_after_loading():
    with pytest.raises(ValueError, match="frozen"):
        load_settings().silence = 1


@pytest.mark.parametrize("field", ["source", "queue_source"])
def test_events_are_of_a_source_that_is_declared(toml, field):
    toml(f'[sources.north]\n[events]\n{field} = "nroth"')
    assert problem() == f"glueline.toml, line 3: events.{field}: there is no source 'nroth'"
    toml(f'[events]\n{field} = "known-to-workers-alone"')
    assert getattr(load_settings().events, field) == "known-to-workers-alone"
