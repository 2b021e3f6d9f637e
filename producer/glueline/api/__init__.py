"""The HTTP API and its page (extra ``api``), served by ``glueline api``.

``app`` puts the parts together. ``auth`` lets no request pass without a token. ``routes`` has the
API in ``runs``, ``sources`` and ``event_routes``, the page in ``web``, and what both do in
``operations``.
"""
