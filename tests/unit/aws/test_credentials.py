"""Credentials of profiles and of the environment that will not do: one sentence each."""

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.httpsession import get_cert_path

from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_worker.aws.errors import AwsCredentials, AwsMisconfigured
from glueline_worker.aws.quota import LocalQuota
from glueline_worker.aws.sessions import credential_process
from glueline_worker.aws.sources import SourceConnections
from glueline_worker.permissions.verdicts import judge_error

SSO = """sso_session = s
sso_account_id = 123456789012
sso_role_name = r
"""
SESSION = """[sso-session s]
sso_region = eu-west-1
sso_start_url = https://x.awsapps.com/start
"""
LEGACY = """sso_start_url = https://x.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = r
"""
ROLE = "role_arn = arn:aws:iam::123456789012:role/r\n"
KEYS = "aws_access_key_id = AKIA\naws_secret_access_key = s\n"
SECRET = "0planted-secret"


def program(text: str) -> str:
    return f'{sys.executable} -c "{text}" {SECRET}'


FAILING = f"credential_process = {program('exit(3)')}\n"
CASES: dict[str, tuple[str, dict[str, str], str]] = {
    "sso session": (f"[profile p]\n{SSO}{SESSION}", {}, "run `aws sso login --profile p`"),
    "sso in the profile": (f"[profile p]\n{LEGACY}", {}, "run `aws sso login --profile p`"),
    "sso as source": (
        f"[profile p]\n{ROLE}source_profile = q\n[profile q]\n{SSO}{SESSION}",
        {},
        "run `aws sso login --profile q`",
    ),
    "login": ("[profile p]\nlogin_session = x\n", {}, "export-credentials --profile p"),
    "mfa": (
        f"[profile p]\n{ROLE}source_profile = q\nmfa_serial = m\n[profile q]\n{KEYS}",
        {},
        "aws sts get-session-token",
    ),
    "process prints junk": (
        f"[profile p]\ncredential_process = {program('print(1)')}\n",
        {},
        "did not print credentials as a JSON object",
    ),
    "process prints a list": (
        f"[profile p]\ncredential_process = {program('print([])')}\n",
        {},
        "JSON object",
    ),
    "process of a source profile fails": (
        f"[profile p]\n{ROLE}source_profile = q\n[profile q]\n{FAILING}",
        {},
        "failed with exit code 3",
    ),
    "process hangs": (
        f"[profile p]\ncredential_process = {program('import time; time.sleep(600)')}\n",
        {},
        "has not ended after",
    ),
    "process is missing": (
        "[profile p]\ncredential_process = /nowhere/tool --token x\n",
        {},
        "/nowhere/tool cannot be started",
    ),
    "process has an open quote": (
        "[profile p]\ncredential_process = tool 'x\n",
        {},
        "malformed (No closing quotation)",
    ),
    "process prints expired keys": (
        "[profile p]\ncredential_process = cat {folder}/expired.json\n",
        {},
        "expired",
    ),
    "process prints half a key": (
        "[profile p]\ncredential_process = cat {folder}/half.json\n",
        {},
        "SecretAccessKey",
    ),
    "half a key": ("[profile p]\naws_access_key_id = AKIA\n", {}, "aws_secret_access_key"),
    "half a key in the environment": (
        "",
        {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_PROFILE": ""},
        "AWS_SECRET_ACCESS_KEY",
    ),
    "a token with a line break": (
        "",
        {
            "AWS_PROFILE": "",
            "AWS_ACCESS_KEY_ID": "AKIA",
            "AWS_SECRET_ACCESS_KEY": "s",
            "AWS_SESSION_TOKEN": "token\n",
        },
        "the token holds white space or a line break",
    ),
    "empty profile": ("[profile p]\nregion = eu-west-1\n", {}, "aws configure --profile p"),
    "no such profile": ("", {}, "there is no profile 'p'"),
    "none at all": ("", {"AWS_PROFILE": ""}, "set AWS_ACCESS_KEY_ID"),
    "no configuration": ("no configuration", {}, "is no AWS configuration"),
    "source profile is missing": (f"[profile p]\n{ROLE}source_profile = q\n", {}, '"q"'),
    "roles in a circle": (
        f"[profile p]\n{ROLE}source_profile = q\n[profile q]\n{ROLE}source_profile = p\n",
        {},
        "loop",
    ),
    "web identity without its file": (
        f"[profile p]\n{ROLE}web_identity_token_file = /nowhere/token\n",
        {},
        "the file /nowhere/token cannot be read",
    ),
    "web identity of the environment": (
        "",
        {
            "AWS_PROFILE": "",
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere/token",
        },
        "/nowhere/token, which AWS_WEB_IDENTITY_TOKEN_FILE names, cannot be read",
    ),
    "web identity with an empty file": (
        f"[profile p]\n{ROLE}web_identity_token_file = {{folder}}/empty\n",
        {},
        "holds no token",
    ),
    "token of a container with a line break": (
        "",
        {
            "AWS_PROFILE": "",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{folder}/lines",
        },
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE leads to holds a line break",
    ),
    "token of a container without its file": (
        "",
        {
            "AWS_PROFILE": "",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere/token",
        },
        "/nowhere/token, which AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names",
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "lines").write_text("token\n")
    (tmp_path / "half.json").write_text('{"Version": 1, "AccessKeyId": "AKIA"}')
    (tmp_path / "expired.json").write_text(
        '{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "s", "SessionToken": "t", '
        '"Expiration": "2020-01-01T00:00:00Z"}'
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "nothing"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_PROFILE", "p")
    return tmp_path


async def fail(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a call says, with an endpoint that must not be asked."""
    source = Source(region="eu-west-1", endpoint_url="http://127.0.0.1:1")
    sources = SourceConnections(Settings(sources={"a": source}), LocalQuota(1000))
    try:
        with pytest.raises((AwsCredentials, AwsMisconfigured)) as caught:
            await sources.connect("a")
    finally:
        await sources.close()
    return caught.value


@pytest.mark.parametrize("case", CASES)
async def test_each_failure_is_one_sentence_that_says_what_to_do(
    case: str, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    config, variables, expected = CASES[case]
    (folder / "config").write_text(config.replace("{folder}", str(folder)))
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("{folder}", str(folder)))
    if case == "process hangs":
        monkeypatch.setattr(credential_process, "CREDENTIAL_PROCESS_SECONDS", 0.3)
    error = await fail(monkeypatch)
    said = str(error)
    assert isinstance(error, AwsCredentials), said
    assert expected in said
    assert SECRET not in said
    assert "\n" not in said
    assert judge_error(error).value != "allowed"
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


@pytest.mark.parametrize("case", ["no such profile", "no configuration"])
async def test_a_wrong_configuration_is_named_also_when_the_environment_names_certificates(
    case: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, _, expected = CASES[case]
    (folder / "config").write_text(config)
    monkeypatch.setenv("AWS_CA_BUNDLE", get_cert_path(True))
    error = await fail(monkeypatch)
    assert isinstance(error, AwsCredentials)
    assert expected in str(error)


async def test_a_process_that_hangs_is_ended_with_its_children(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = folder / "hang.sh"
    script.write_text(f"sleep 600 & echo $! > {folder}/child\nwait\n")
    (folder / "config").write_text(f"[profile p]\ncredential_process = sh {script}\n")
    monkeypatch.setattr(credential_process, "CREDENTIAL_PROCESS_SECONDS", 3.0)
    await fail(monkeypatch)
    child = Path("/proc") / (folder / "child").read_text().strip() / "stat"
    for _ in range(3000):
        if not child.exists() or child.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        await asyncio.sleep(0.02)
    raise AssertionError(child.read_text())


@pytest.mark.parametrize("kind", ["missing", "junk", "folder"])
async def test_certificates_that_cannot_be_used_are_named(
    kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = {"missing": folder / "none.pem", "junk": folder / "lines", "folder": folder}[kind]
    (folder / "config").write_text(f"[profile p]\n{KEYS}")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(path))
    error = await fail(monkeypatch)
    assert isinstance(error, AwsMisconfigured)
    assert f"the CA bundle {path} cannot be used" in str(error)
    assert judge_error(error).value != "allowed"
