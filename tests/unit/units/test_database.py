"""Pages of tables when the page token is too old."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from glueline.contract.messages import DatabaseUnit
from glueline.settings.worker import WorkerSettings
from glueline_worker.aws.errors import AwsRefused
from glueline_worker.aws.glue import Page, StaleToken
from glueline_worker.catalog.listed import ListedTable
from glueline_worker.units.database import _Listing


class FakeGlue:
    """Knows tables, and no token."""

    def __init__(self, *pages: str) -> None:
        self.pages = pages

    async def list_tables(self, _: str, token: str | None, **__: Any) -> AsyncIterator[Page]:
        if token is not None:
            raise StaleToken("GetTables: Pagination token has expired")
        for number, names in enumerate(self.pages, 1):
            last = number == len(self.pages)
            yield Page(
                [ListedTable({"Name": name}) for name in names], None if last else f"{number}"
            )


async def read(glue: FakeGlue, after: str | None) -> list[str]:
    unit = DatabaseUnit(run_id="0" * 32, source="s", database="d", page=1, token="old", after=after)
    context: Any = SimpleNamespace(glue=glue, settings=WorkerSettings())
    pages = _Listing(unit, context)._pages()
    return ["".join(item.name for item in page.items) async for page in pages]


@pytest.mark.parametrize(
    ("after", "found"),
    [("b", ["c", "def"]), ("c", ["", "def"]), ("f", [""]), (None, ["abc", "def"])],
)
async def test_the_listing_goes_on_behind_the_last_table(
    after: str | None, found: list[str]
) -> None:
    assert await read(FakeGlue("abc", "def"), after) == found


async def test_a_listing_whose_last_table_is_gone_is_not_guessed() -> None:
    with pytest.raises(AwsRefused, match="stopped at table x, which is gone by now"):
        await read(FakeGlue("abc", "def"), "x")
