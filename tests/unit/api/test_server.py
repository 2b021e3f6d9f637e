"""The server: limits, figures, headers, its command."""

import json
import subprocess
from pathlib import Path

from tests.support.command import glueline
from tests.support.system import eventually
from tests.unit.api.conftest import ALL, READER, Api, Service, bearer, problem

from glueline.api.auth.rate_limit import RateLimiter
from glueline.settings.api import hash_token
from glueline.settings.settings import Settings


def test_a_token_has_a_rate_of_its_own(one_api) -> None:
    api: Api = one_api(rate=0.1, burst=3)
    answers = [api.client.get("/v1/runs") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    problem(answers[-1], 429, "too_many_requests")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert api.client.get("/v1/runs", headers=bearer(READER)).status_code == 200
    guesses = [api.client.get("/", headers=bearer(f"guess-{n}")).status_code for n in range(5)]
    assert guesses == [401, 401, 401, 429, 429]
    assert api.client.get("/healthz").status_code == 200


def test_a_heartbeat_says_whether_redis_answers(settings: Settings, tmp_path: Path) -> None:
    ready = {"GLUELINE_HEARTBEAT_FILE": str(tmp_path / "ready")}
    api = Api(settings, tmp_path).start(ready)
    eventually(lambda: glueline("health", env=ready).code == 0)
    assert api.stop() == 0

    (tmp_path / "ready").unlink()
    away = Api(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"}), tmp_path)
    away.start(ready)
    eventually(lambda: away.client.get("/readyz").status_code == 503)
    assert glueline("health", env=ready).code == 1
    assert away.client.get("/healthz").status_code == 200
    assert away.stop() == 0


def test_a_bucket_fills_again_and_forgets_who_is_long_gone() -> None:
    now = [0.0]
    buckets = RateLimiter(rate=2, burst=2, clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0.5]
    now[0] = 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]
    for number in range(20_000):
        buckets.take(str(number))
    assert len(buckets._levels) == 10_000


def test_figures_know_routes_and_no_ids(service: Service) -> None:
    service.client.get("/v1/runs")
    service.client.get("/v1/runs/" + "1" * 32)
    service.client.request("BREW", "/v1/runs")
    text = service.client.get("/metrics").text
    assert (
        'glueline_api_requests_total{method="GET",route="/v1/runs/{run_id}",status="404"}' in text
    )
    assert 'glueline_api_request_seconds_count{method="GET",route="/v1/runs"}' in text
    assert "1" * 32 not in text
    assert "BREW" not in text


def test_every_answer_has_the_headers_that_keep_browsers_safe(service: Service) -> None:
    for path, token in (
        ("/", ALL),
        ("/v1/runs", ALL),
        ("/healthz", "guess"),
        ("/", "guess"),
        ("/x", ALL),
    ):
        headers = service.client.get(path, headers=bearer(token)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers
    assert len({service.client.get("/healthz").headers["x-request-id"] for _ in range(3)}) == 3


def test_it_is_ready_while_redis_answers(service: Service) -> None:
    assert service.client.get("/readyz").json() == {"status": "ok"}


def test_a_token_is_printed_once_and_its_lines_let_it_in(tmp_path) -> None:
    said = glueline(
        "api", "token", "ci", "--scope", "read", "--scope", "enqueue", "--source", "prod-*"
    )
    assert said.code == 0, said.err
    token = said.out.strip()
    assert token.startswith("glueline_")
    assert token not in said.err
    lines = said.err[said.err.index("[[api.tokens]]") :]
    (tmp_path / "glueline.toml").write_text(lines)
    (declared,) = Settings().api.tokens
    assert declared.hash == hash_token(token)
    assert declared.scopes == ("read", "enqueue")
    assert declared.admits("prod-1")
    assert not declared.admits("PROD-1")
    assert not declared.is_for_all
    assert glueline("api", "token", "ci", "--json").json["settings"]["scopes"] == ["read"]


def test_wrong_words_are_one_sentence(tmp_path) -> None:
    hash_ = hash_token("x")
    wrong = {
        ("api", "token", "no spaces"): ("name", {}),
        ("api", "token", "a", "--scope", "write"): ("scopes", {}),
        ("api", "token", "a", "--source", "[x"): ("bracket", {}),
        ("api",): ("glueline api token", {}),
        ("api", "--port", "1"): ("api.tokens", {"GLUELINE_API__TOKENS": '[{"name": "a"}]'}),
        ("api", "--host", "192.0.2.1"): (
            "cannot listen on 192.0.2.1",
            {"GLUELINE_API__TOKENS": json.dumps([{"name": "a", "hash": hash_}])},
        ),
        ("runs",): (
            "two tokens have the same name",
            {"GLUELINE_API__TOKENS": json.dumps([{"name": "a", "hash": hash_}] * 2)},
        ),
    }
    for words, (part, env) in wrong.items():
        said = glueline(*words, env=env)
        assert said.code == 2, (words, said)
        assert part in said.err, (words, said.err)
        assert len(said.err.strip().splitlines()) == 1
        assert "Traceback" not in said.err


def test_the_document_is_valid_and_has_examples(service: Service) -> None:
    described = service.client.get("/openapi.json").json()
    post = described["paths"]["/v1/extractions"]["post"]
    assert post["requestBody"]["content"]["application/json"]["examples"]["catalog"]["value"]
    assert "HTTPValidationError" not in json.dumps(described)
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")):
                    (content,) = answer["content"]
                    assert content == "application/problem+json", (path, status)
    from openapi_spec_validator import validate

    validate(described)


def test_without_the_extra_the_command_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['fastapi'] = None; sys.argv = ['glueline', 'api'];"
        "from glueline.cli import main; main()"
    )
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'glueline[api]'" in done.stderr
    assert "Traceback" not in done.stderr
