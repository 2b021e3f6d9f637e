"""URLs of Redis behind Sentinels."""

import pytest

from glueline.contract.errors import UsageError
from glueline.redis.sentinel_url import parse_sentinels
from glueline.settings.settings import Settings, load_settings


def test_a_url_names_sentinels_master_and_logins():
    found = parse_sentinels("sentinel://me:p%40ss@a:26380,b,[::1]:1/main/3?sentinel_password=s")
    assert found.hosts == (("a", 26380), ("b", 26379), ("::1", 1))
    assert (found.master, found.database) == ("main", 3)
    assert found.redis_options == {"username": "me", "password": "p@ss", "db": 3}
    assert found.sentinel_options == {"password": "s"}
    assert found.broker_url == (
        "sentinel://me:p%40ss@a:26380/3;sentinel://me:p%40ss@b:26379/3;"
        "sentinel://me:p%40ss@[::1]:1/3"
    )


def test_tls_is_for_both_and_looks_at_certificates():
    found = parse_sentinels("sentinels://a/main?ssl_ca_certs=/ca.pem")
    secure = {"ssl_cert_reqs": "required", "ssl_ca_certs": "/ca.pem"}
    assert found.redis_options == {"db": 0, **secure}
    assert found.sentinel_options == {"ssl": True, **secure}
    assert (
        parse_sentinels("sentinels://a/main?ssl_check_hostname=false").tls["ssl_check_hostname"]
        is False
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sentinel://:secret@a", "names no master"),
        ("sentinel://:secret@/main", "HOST:PORT"),
        ("sentinel://:secret@a:x/main", "HOST:PORT"),
        ("sentinel://:secret@a:99999/main", "HOST:PORT"),
        ("sentinel://:secret@a,/main", "HOST:PORT"),
        ("sentinel://:secret@a/main/x", "number of a database"),
        ("sentinel://:secret@a/main?pasword=secret", "did you mean password?"),
        ("sentinel://:secret@a/main?ssl_ca_certs=x", "write sentinels:// for it"),
        ("sentinels://:secret@a/main?ssl_cert_reqs=maybe", "required or none"),
        ("sentinel://:secret@[::1/main", "cannot be understood"),
        ("http://:secret@a/main", "starts with redis://"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_without_the_password(url: str, said: str):
    with pytest.raises(UsageError) as error:
        load_settings(redis_url=url)
    assert said in str(error.value)
    assert "secret" not in str(error.value)


def test_settings_take_it():
    url = "sentinels://:p@a:1,b:2/main/0?ssl_ca_certs=/ca.pem"
    assert Settings(redis_url=url).redis_url == url
