"""Secrets are taken out, and nothing else."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from glueline_worker.redact import redact_answer, redact_parameters, redact_text, redact_url

KEY_ID = "AKIA" + "IOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    "key",
    ["password", "db.PASSWORD", "javax.jdo.option.ConnectionPassword", "passwd", "db_pass", "user-pwd", "client_secret",
     "aws_secret_access_key", "fs.s3a.access.key", "accessKeyId", "api-key", "sessionToken", "azure.account.key", "private_key",
     "--credentials", "secret"],
)  # fmt: skip
def test_a_parameter_whose_name_says_secret_is_redacted(key):
    assert redact_parameters({key: "hunter2"}) == {key: "[redacted]"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("classification", "parquet"),
        ("transient_lastDdlTime", "1700000000"),
        ("tokenizer", "standard"),
        ("compass", "north"),
        ("secret_name", "prod/db"),
        ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod-AbCdEf"),
        ("--use-token", "true"),
        ("password", ""),
        ("location", "s3://b/token=abc/secret=x/"),
        ("url", "jdbc:postgresql://host:5432/db?user=reader&ssl=true"),
        (
            "spark.sql.sources.schema.part.0",
            '{"name":"password","type":"string","comment":"password: secret"}',
        ),
        ("columns.types", "struct<password:string,token:int>"),
    ],
)
def test_other_parameters_stay_as_they_are(key, value):
    assert redact_parameters({key: value}) == {key: value}


@pytest.mark.parametrize(
    ("url", "redacted"),
    [
        ("s3://bucket/key=1/a@b:c", "s3://bucket/key=1/a@b:c"),
        ("s3n://KEY:SECRET@bucket/x", "s3n://KEY:[redacted]@bucket/x"),
        ("mysql://user:p@ss/word@host/db", "mysql://user:[redacted]@host/db"),
        ("jdbc:postgresql://h:5432/db?user=u&password=p&ssl=1", "jdbc:postgresql://h:5432/db?user=u&password=[redacted]&ssl=1"),
        ("jdbc:sqlserver://h:1433;user=u;password={a;b};encrypt=true", "jdbc:sqlserver://h:1433;user=u;password=[redacted];encrypt=true"),
        ("jdbc:oracle:thin:scott/tiger@h:1521:x", "jdbc:oracle:thin:scott/[redacted]@h:1521:x"),
        ("jdbc:db2://h:50000/db:user=u;password=p;", "jdbc:db2://h:50000/db:user=u;password=[redacted];"),
        ("mongodb://u:p@h1:27017,h2:27017/db?x=a@b", "mongodb://u:[redacted]@h1:27017,h2:27017/db?x=a@b"),
        ("jdbc:mysql://host:3306/db?email=a@b", "jdbc:mysql://host:3306/db?email=a@b"),
        ("https://b.s3.amazonaws.com/k?X-Amz-Signature=abc&v=1", "https://b.s3.amazonaws.com/k?X-Amz-Signature=[redacted]&v=1"),
    ],
)  # fmt: skip
def test_a_url_loses_its_password_and_nothing_else(url, redacted):
    assert redact_url(url) == redacted


@pytest.mark.parametrize(
    "text",
    [
        'password = "hunter2"',
        "password: str = 'hunter2'",
        "conf['db_password'] = 'hunter2'",
        '{"user": "u", "password": "hunter2"}',
        r'"{\"password\": \"hunter2\"}"',
        "{'secretKey' => 'hunter2'}",
        'df.write.option("password", "hunter2").save()',
        "spark.conf.set('fs.s3a.secret.key', r'hunter2')",
        'password = """hunter2"""',
        "connect(user='u', password='hunter2')",
        "--conf spark.hadoop.fs.s3a.secret.key=hunter2 --x",
        "jdbc:redshift://h:5439/db?user=u&password=hunter2",
        "db:\n  password: hunter2\n",
        "headers = {'Authorization': 'Bearer hunter2hunter2'}",
        "ghp_" + "hunter2" * 5,
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
        "eyJhunter2abc.eyJhunter2abc.hunter2abc",
    ],
)
def test_a_secret_written_in_a_text_is_redacted(text):
    redacted = redact_text(text)
    assert "hunter2" not in redacted
    assert "[redacted]" in redacted


def test_aws_keys_are_redacted_with_the_secret_beside_them():
    text = f'boto3.client("s3", {KEY_ID!r}, {SECRET!r}, commit="{"a1" * 20}")'
    redacted = redact_text(text)
    assert KEY_ID not in redacted
    assert SECRET not in redacted
    alone = f"commit {'a1' * 20}"
    assert redact_text(alone) == alone


@pytest.mark.parametrize(
    "text",
    [
        "password = get_secret('prod/db')",
        "password=args['password']",
        "use_token=true",
        "client('secretsmanager', region_name='eu-west-1')",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod-AbCdEf",
        "SELECT password, token FROM users",
        "pass",
        "primary_key = 'id'",
    ],
)
def test_code_that_only_speaks_of_secrets_stays_as_it_is(text):
    assert redact_text(text) == text


def test_an_answer_is_redacted_at_any_depth():
    answer = {
        "a": [{"Name": "token", "Value": ["x"], "Type": "str"}],
        "b": {"c": {"password": "x", "keep": 1}},
        "password": ["x", True],
    }
    assert redact_answer(answer) == {
        "a": [{"Name": "token", "Value": "[redacted]", "Type": "str"}],
        "b": {"c": {"password": "[redacted]", "keep": 1}},
        "password": ["[redacted]", True],
    }


pieces = st.lists(
    st.sampled_from(
        ["password", "secret", " = ", "=", ": ", ":", "://", "@", "'", '"', "\\", "(", ")", "[", "]", ",", ";", "?", "&", "x", "a1/",
         "jdbc:oracle:thin:", KEY_ID, SECRET, "Bearer ", "eyJ", "\n", "[redacted]", "-----BEGIN PRIVATE KEY-----"]
    )
).map("".join)  # fmt: skip


@settings(max_examples=examples(3000), deadline=None)
@given(pieces | st.text())
@example("password='[redacted]'")
def test_redacting_again_changes_nothing(text):
    once = redact_text(text)
    assert redact_text(once) == once


@pytest.mark.parametrize(
    "text", ["password" * 50_000, "://a:" * 50_000, "('" * 100_000, "-----BEGIN PRIVATE KEY-----" * 5_000, "eyJ" * 100_000,
             "password = '" * 20_000, "password" + " " * 300_000, "a" * 1_000_000, KEY_ID * 10_000]
)  # fmt: skip
def test_hostile_texts_are_redacted_soon(text):
    assert isinstance(redact_text(text), str)
