"""Serve the application until told to stop."""

import logging
import signal
import socket
from functools import partial
from types import FrameType
from typing import cast

import structlog
import uvicorn

from glueline.api.app import make_app
from glueline.api.connections import MAX_HEADER, Connections, LimitedProtocol
from glueline.api.context import ApiContext
from glueline.contract.errors import UsageError
from glueline.settings.settings import Settings
from glueline.telemetry import tracing
from glueline.telemetry.ledger_metrics import LedgerCollector
from glueline.telemetry.logging import configure_logging

log = structlog.get_logger()


class Server(uvicorn.Server):
    """A server that ends open streams before it waits for them."""

    def __init__(self, config: uvicorn.Config, context: ApiContext) -> None:
        """Serve as ``config`` says."""
        super().__init__(config)
        self._context = context

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's
        """Take a signal to stop; unlike uvicorn's own, one that was obeyed is not raised again."""
        self._context.stopping.set()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C; raises UsageError when it cannot begin."""
    api = settings.api
    if not api.tokens:
        raise UsageError(
            "the API needs a token, and none is declared: "
            "`glueline api token NAME` makes one and says where it goes"
        )
    listener = _listen(api.host, api.port)
    # uvicorn's lines repeat what ours say: the address, and that it started.
    configure_logging(settings, levels={"uvicorn.error": logging.WARNING})
    tracing.begin("glueline-api")
    app = make_app(settings, collectors=[LedgerCollector(settings)])
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        proxy_headers=True,
        forwarded_allow_ips=api.trusted_proxies,
        http=cast("type[LimitedProtocol]", partial(LimitedProtocol, limits=Connections(api))),
        h11_max_incomplete_event_size=MAX_HEADER,
        timeout_graceful_shutdown=max(1, round(api.grace)),
    )
    host, port = listener.getsockname()[:2]
    log.info("api.listening", host=host, port=port, tokens=[token.name for token in api.tokens])
    Server(config, app.state.context).run(sockets=[listener])
    tracing.end()
    log.info("api.stopped")


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise UsageError(f"cannot listen on {host} port {port}: {error.strerror}") from None
