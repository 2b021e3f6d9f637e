"""The routes of the HTTP API and of its page."""
