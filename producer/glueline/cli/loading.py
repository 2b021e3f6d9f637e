"""What commands import only when they need it: most of the time of a short one goes into it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glueline.settings.settings import Settings


def load_cli_settings() -> "Settings":
    """Read the settings; raises UsageError with one sentence about the first that is wrong."""
    from glueline.settings.settings import load_settings  # noqa: PLC0415

    return load_settings()


@contextmanager
def import_without_collections() -> Iterator[None]:
    """Look for no garbage while a ``with`` block imports modules, and never in what they made.

    Modules stay until the end. Collections took a fifteenth of the time of their import.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
