"""Settings: defaults, ``glueline.toml`` and environment variables."""
