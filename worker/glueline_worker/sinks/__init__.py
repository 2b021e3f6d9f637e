"""The sinks: places for records. Each implements the protocol in ``base``."""
