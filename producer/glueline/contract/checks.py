"""What a check of a source tells: which permissions it has, and what it lacks them for."""

from datetime import datetime
from typing import Literal

from glueline.contract.model import Frozen


class CheckItem(Frozen):
    """One permission that was tried."""

    permission: str
    state: Literal["allowed", "denied", "hidden", "unknown"]
    """``hidden``: allowed, and nothing to see. ``unknown``: it could not be tried."""
    needed_for: str = ""
    without_it: str = ""
    """What works all the same."""
    detail: str = ""
    """What AWS answered, in one sentence."""


class CheckReport(Frozen):
    """One look at all permissions of a source."""

    source: str
    at: datetime
    ok: bool
    """Whether a run of the whole catalogue can succeed."""
    account: str | None = None
    identity: str | None = None
    """The ARN that AWS sees."""
    items: tuple[CheckItem, ...] = ()


class SourceCheck(Frozen):
    """What is known of a source's permissions now."""

    source: str
    report: CheckReport | None = None
    """The last check's; None when there was none lately."""
    is_checking: bool = False
    """Whether a check was asked for that no worker has answered yet."""
