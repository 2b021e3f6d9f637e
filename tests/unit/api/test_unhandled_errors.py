"""What nobody foresaw, in a route or before it, is a problem document like any other."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import APIRouter
from tests.unit.api.conftest import ALL, TOKENS, bearer, problem

from glueline.api.app import make_app
from glueline.api.auth.authentication import AuthenticationMiddleware
from glueline.settings.settings import Settings

SECRET = "hunter2hunter2"
router = APIRouter()


@router.get("/v1/broken")
async def broken() -> None:
    raise ZeroDivisionError(SECRET)


@pytest.fixture
async def client(settings: Settings) -> Iterator[httpx.AsyncClient]:
    api = settings.api.model_copy(update={"tokens": TOKENS})
    app = make_app(settings.model_copy(update={"api": api}), routers=[router])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as found:
        yield found


def assert_is_kept_safe(answer: httpx.Response) -> None:
    assert SECRET not in problem(answer, 500, "internal")["detail"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.headers["x-request-id"]) == 16


async def test_in_a_route(client: httpx.AsyncClient) -> None:
    assert_is_kept_safe(await client.get("/v1/broken", headers=bearer(ALL)))
    figures = (await client.get("/metrics", headers=bearer(ALL))).text
    assert 'requests_total{method="GET",route="/v1/broken",status="500"} 1.0' in figures


async def test_on_the_way_to_a_route(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trip(*_: object) -> None:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr(AuthenticationMiddleware, "_admit", trip)
    assert_is_kept_safe(await client.get("/v1/runs", headers=bearer(ALL)))
    page = await client.get("/", headers={**bearer(ALL), "Accept": "text/html"})
    assert (page.status_code, page.headers["x-frame-options"]) == (500, "DENY")
    assert SECRET not in page.text
