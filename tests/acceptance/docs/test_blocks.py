"""The blocks of the pages run, in the order in which a reader runs them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.acceptance.docs.pages import PAGES, ROOT, blocks, is_run
from tests.acceptance.docs.running import LANGUAGES, adapted, of_page, run

from glueline.settings.settings import Settings
from glueline_simulator import Simulator

Simulate = Callable[..., Simulator]

RUN = [
    page
    for page in PAGES
    if page.parent.name != "simulator"
    and page.name != "messages.md"
    and any(map(is_run, blocks(page, *LANGUAGES)))
]


LONG = {"quickstart.md", "sinks.md", "sources.md"}


def _told(page: Path) -> object:
    """Some pages take ten seconds or more, as all guides do; a test run shall take minutes."""
    is_long = page.parent.name == "guides" or page.name in LONG
    marks = [pytest.mark.slow] if is_long else []
    return pytest.param(page, marks=marks, id=str(page.relative_to(ROOT)))


@pytest.mark.parametrize("page", [_told(page) for page in RUN])
def test_a_page_runs_from_top_to_bottom(
    page: Path, environment: dict[str, str], simulator: Simulate, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    environment["AWS_ENDPOINT_URL"] = simulator(sample=True).url
    run(adapted(of_page(page), settings, environment), environment, folder)
