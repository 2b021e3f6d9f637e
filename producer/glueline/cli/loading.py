"""The settings, read when a command needs them: importing them is a sixth of ``--help``."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glueline.settings.settings import Settings


def load_cli_settings() -> "Settings":
    """Read the settings; raises UsageError with one sentence about the first that is wrong."""
    from glueline.settings.settings import load_settings  # noqa: PLC0415

    return load_settings()
