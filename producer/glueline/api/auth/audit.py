"""One line for each change: who did what to which run or source."""

from typing import Any

import structlog

from glueline.api.context import Principal

log = structlog.get_logger()


def audit(principal: Principal, action: str, **about: Any) -> None:
    """Write the line; it holds names and ids, never a token."""
    log.info("audit", action=action, token=principal.token.name, address=principal.address, **about)
