"""The page: its login, its forms, and how it behaves in a browser."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.system import eventually
from tests.unit.api.conftest import ALL, DATABASE, NORTH, READER, Api, Service

HTML = {"Accept": "text/html"}
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture
def browser(service: Service) -> Iterator[httpx.Client]:
    """What a browser sends, without its script."""
    headers = {**HTML, "Origin": service.api.url, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=service.api.url, headers=headers, timeout=60) as client:
        yield client


def log_in(client: httpx.Client, token: str, **fields: str) -> httpx.Response:
    return client.post("/login", data={"token": token, **fields})


def test_the_login_asks_for_a_token_and_gives_a_session(browser: httpx.Client) -> None:
    asked = browser.get("/")
    assert asked.status_code == 401
    assert 'type="password"' in asked.text
    assert "Runs" not in asked.text
    wrong = log_in(browser, "wrong")
    assert wrong.status_code == 401
    assert "not valid" in wrong.text
    assert "set-cookie" not in wrong.headers
    right = log_in(browser, ALL)
    assert right.status_code == 303
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert ALL not in cookie
    page = browser.get("/")
    assert page.status_code == 200
    assert '<h1 id="runs">Runs</h1>' in page.text
    assert browser.get("/v1/runs").status_code == 200
    session = browser.cookies["glueline_session"]
    assert browser.post("/logout").status_code == 303
    browser.cookies.set("glueline_session", session)
    assert browser.get("/").status_code == 401


def test_behind_tls_the_cookie_is_secure(
    one_api: Callable[..., Api], browser: httpx.Client
) -> None:
    for url, is_trusted in (
        (one_api(trusted_proxies="127.0.0.1").url, True),
        (str(browser.base_url).rstrip("/"), False),
    ):
        headers = {**HTML, "Origin": url, "X-Forwarded-Proto": "https"}
        answer = httpx.post(f"{url}/login", data={"token": ALL}, headers=headers)
        assert ("Secure" in answer.headers["set-cookie"]) is is_trusted
        assert ("strict-transport-security" in answer.headers) is is_trusted


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil", "/logout", "/runs/../x", "x"]
)
def test_a_login_leads_to_our_own_pages_only(browser: httpx.Client, target: str) -> None:
    assert log_in(browser, ALL, next=target).headers["location"] == "/"
    run = "/runs/" + "0" * 32
    assert log_in(browser, ALL, next=run).headers["location"] == run


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "", "Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_can_change_nothing(
    service: Service, browser: httpx.Client, headers: dict[str, str]
) -> None:
    log_in(browser, ALL)
    before = len(service.api.audit())
    for path in ("/sources/default/check", "/v1/sources/default/check", "/logout", "/login"):
        answer = browser.post(path, headers=headers)
        assert answer.status_code == 403, path
    json_answer = browser.post("/v1/extractions", json={}, headers=headers)
    assert json_answer.json()["code"] == "other_origin"
    assert len(service.api.audit()) == before
    assert browser.get("/").status_code == 200


def test_a_session_is_what_its_token_is(service: Service, browser: httpx.Client) -> None:
    hidden = service.run(source="south", scope={"kind": "database", "name": DATABASE})
    log_in(browser, NORTH)
    page = browser.get("/").text
    assert "north-1" in page
    assert "south" not in page
    assert browser.get(f"/runs/{hidden}").status_code == 404
    log_in(browser, READER)
    page = browser.get(f"/runs/{hidden}").text
    assert "<button" not in page.replace('<button class="link">Log out</button>', "")
    assert browser.post(f"/runs/{hidden}/cancel").status_code == 403


def test_names_from_outside_are_text(service: Service, browser: httpx.Client) -> None:
    name = "<script>alert(1)</script>\u202e'\"&"
    run_id = service.run("failed", scope={"kind": "database", "name": name})
    log_in(browser, ALL)
    for path in ("/", f"/runs/{run_id}"):
        text = browser.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_problems_are_pages_too(browser: httpx.Client) -> None:
    log_in(browser, ALL)
    for path, status in (("/runs/" + "0" * 32, 404), ("/nothing", 404), ("/?state=x", 422)):
        answer = browser.get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
    assert browser.get("/?cursor=1.0000000000000000").status_code == 200
    assert browser.get("/?state=failed").status_code == 200


def test_a_login_that_cannot_be_kept_is_said(one_api: Any) -> None:
    api: Api = one_api(redis_url="redis://127.0.0.1:9/0")
    answer = httpx.post(
        f"{api.url}/login", data={"token": ALL}, headers={**HTML, "Origin": api.url}
    )
    assert answer.status_code == 503
    assert "Redis does not answer" in answer.text


@pytest.fixture
def chromium() -> Iterator[Any]:
    """A headless browser; a page of it notes what its console says."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on the PATH")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


class Screen:
    """A logged-in browser window that nothing may be wider than."""

    def __init__(self, page: Any, name: str, folder: Path) -> None:
        self.page, self.name, self.folder = page, name, folder
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def look(self, what: str) -> None:
        """Take a screenshot and see that nothing sticks out."""
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.page.viewport_size["width"], f"{what} is too wide: {width}"
        self.page.screenshot(path=self.folder / f"{self.name}-{what}.png", full_page=True)


@pytest.fixture(params=[("desktop", DESKTOP), ("phone", PHONE)], ids=lambda it: it[0])
def screen(
    service: Service, chromium: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Screen]:
    name, size = request.param
    context = chromium.new_context(viewport=size, color_scheme=os.environ.get("SCHEME", "light"))
    page = context.new_page()
    window = Screen(page, name, Path(os.environ.get("SCREENSHOTS", tmp_path)))
    page.goto(service.api.url)
    window.look("login")
    page.fill("#token", ALL)
    page.click("text=Log in >> nth=-1")
    page.wait_for_selector("h1:has-text('Runs')")
    window.said.clear()  # Chromium calls the 401 of the login an error
    yield window
    context.close()
    assert window.said == []


def test_progress_is_live_in_a_browser(service: Service, screen: Screen) -> None:
    page = screen.page
    service.simulator.configure(latency=1.5)
    run_id = service.client.post("/v1/extractions", json={}).json()["run_id"]
    row = page.locator(f"tr:has(a[href='/runs/{run_id}'])")
    row.wait_for(timeout=10_000)  # without a reload: the list looks again by itself
    assert "running" in row.inner_text()
    page.goto(f"{service.api.url}/runs/{run_id}")
    units = page.locator(".progress .num")
    first = units.inner_text()
    eventually(lambda: page.locator(".progress .num").inner_text() != first)
    screen.look("running")
    service.simulator.configure(latency=0)
    page.wait_for_selector(".badge.succeeded", timeout=20_000)
    assert re.search(r"(\d+) of \1 units", units.inner_text())
    screen.look("succeeded")


def test_failures_are_shown_with_their_reasons_and_run_again(
    service: Service, screen: Screen
) -> None:
    page = screen.page
    service.simulator.configure(deny=[f"GetTables:{DATABASE}", f"GetTable:{DATABASE}"])
    try:
        failed = service.run("partial", scope={"kind": "catalog", "include": ["databases"]})
        page.goto(f"{service.api.url}/runs/{failed}")
        assert DATABASE in page.locator(".failures").inner_text()
        assert page.locator(".counts >> text=deleted").count() == 0  # nothing was
        assert "glue:GetTables" in page.locator(".failures").inner_text()
        screen.look("partial")
    finally:
        service.simulator.configure(deny=[])
    page.click("text=Run what failed again")
    page.wait_for_selector(".badge.succeeded", timeout=20_000)


def test_the_list_shows_the_state_of_every_run(service: Service, screen: Screen) -> None:
    failed = service.run("failed", scope={"kind": "database", "name": "nosuch"})
    screen.page.goto(service.api.url)
    row = screen.page.locator(f"tr:has(a[href='/runs/{failed}'])")
    assert row.locator(".badge.failed").is_visible()
    screen.look("failed")


def test_a_source_is_checked_at_the_press_of_a_button(service: Service, screen: Screen) -> None:
    page = screen.page
    service.simulator.configure(deny=["GetDatabases"])
    try:
        page.goto(service.api.url)
        card = page.locator(".card:has(bdi:text-is('south'))")
        card.locator("button").click()
        card.locator(".badge.failed").wait_for(timeout=20_000)
        assert "glue:GetDatabases" in card.inner_text()
    finally:
        service.simulator.configure(deny=[])
    screen.look("index")
