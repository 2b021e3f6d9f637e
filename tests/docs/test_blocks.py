"""The blocks of the pages run, in the order in which a reader runs them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.docs.pages import PAGES, ROOT, blocks, is_run
from tests.docs.running import LANGUAGES, adapted, of_page, run

from glueline.settings import Settings
from glueline_simulator import Simulator

Simulate = Callable[..., Simulator]

RUN = [
    page
    for page in PAGES
    if page.parent.name != "simulator"
    and page.name != "messages.md"
    and any(map(is_run, blocks(page, *LANGUAGES)))
]


@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_runs_from_top_to_bottom(
    page: Path, environment: dict[str, str], simulator: Simulate, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    environment["AWS_ENDPOINT_URL"] = simulator(sample=True).url
    run(adapted(of_page(page), settings, environment), environment, folder)
