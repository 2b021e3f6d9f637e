"""The place of ``glueline.toml``."""

import os
from pathlib import Path


def config_path() -> Path:
    """Return the path of the settings' file, whether it exists or not."""
    return Path(os.environ.get("GLUELINE_CONFIG") or "glueline.toml")
