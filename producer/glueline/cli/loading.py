"""The settings, imported only when a command needs them: it takes a sixth of ``--help``'s time."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glueline.settings.settings import Settings


def load_cli_settings() -> "Settings":
    """Read the settings; raises UsageError with one sentence about the first that is wrong."""
    from glueline.settings.settings import load_settings  # noqa: PLC0415

    return load_settings()
