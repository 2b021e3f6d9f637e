"""Where records go. Each module is one sink behind the protocol in ``base``."""
