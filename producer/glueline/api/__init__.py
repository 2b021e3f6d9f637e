"""The HTTP API and its page (extra ``api``): ``glueline api`` serves them.

``app`` puts the parts together; ``guard`` lets nobody pass without a token; ``actions`` holds
what both faces do, the API in ``runs`` and ``sources``, the page in ``pages``.
"""
