"""Reports on sources: each permission, tried."""

from datetime import datetime
from enum import StrEnum

from glueline.contract.model import StrictModel


class CheckState(StrEnum):
    """The result of trying one permission."""

    ALLOWED = "allowed"
    """A call that needs it was answered."""
    DENIED = "denied"
    """AWS refused a call that needs it."""
    UNKNOWN = "unknown"
    """It could not be tried."""
    HIDDEN = "hidden"
    """The answer was empty: there is nothing, or Lake Formation hides it."""


class CheckItem(StrictModel):
    """One permission."""

    permission: str
    """The action of IAM: `glue:GetTables`."""
    state: CheckState
    needed_for: str
    without_it: str
    """What works without it."""
    detail: str = ""
    """The call that was tried, its object, and AWS's answer."""


class CheckReport(StrictModel):
    """All permissions of one source."""

    source: str
    at: datetime
    account: str | None = None
    identity: str | None = None
    """The ARN that reads, from STS."""
    ok: bool
    """Whether nothing was denied or hidden."""
    items: tuple[CheckItem, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: nothing is missing, 3: something works, 1: nothing works."""
        if self.ok:
            return 0
        works = (
            item.state is CheckState.ALLOWED for item in self.items if _is_read_permission(item)
        )
        return 3 if any(works) else 1


def _is_read_permission(item: CheckItem) -> bool:
    return item.permission.startswith("glue:")


class SourceCheck(StrictModel):
    """The last report on a source, and whether a new one is on its way."""

    source: str
    report: CheckReport | None = None
    """The report of the last check; None when there was none lately."""
    is_checking: bool = False
    """Whether a check was asked for that no worker has answered yet."""
