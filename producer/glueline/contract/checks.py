"""What a check of a source found: each permission, tried."""

from datetime import datetime
from enum import StrEnum

from glueline.contract.model import StrictModel


class CheckState(StrEnum):
    """What became of one permission."""

    ALLOWED = "allowed"
    """A call that needs it was answered."""
    DENIED = "denied"
    """AWS refused a call for want of it."""
    UNKNOWN = "unknown"
    """It could not be tried."""
    HIDDEN = "hidden"
    """The call was answered with nothing: there is nothing, or Lake Formation leaves it out."""


class CheckItem(StrictModel):
    """One permission."""

    permission: str
    """The action of IAM: `glue:GetTables`."""
    state: CheckState
    needed_for: str
    without_it: str
    """What works all the same."""
    detail: str = ""
    """What was tried on what, and what AWS said."""


class CheckReport(StrictModel):
    """All permissions of one source."""

    source: str
    at: datetime
    account: str | None = None
    identity: str | None = None
    """The ARN that reads, as STS told."""
    ok: bool
    """Whether nothing was denied or hidden."""
    items: tuple[CheckItem, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: nothing is missing, 3: some works, 1: nothing works."""
        if self.ok:
            return 0
        works = (
            item.state is CheckState.ALLOWED for item in self.items if _is_read_permission(item)
        )
        return 3 if any(works) else 1


def _is_read_permission(item: CheckItem) -> bool:
    return item.permission.startswith("glue:")


class SourceCheck(StrictModel):
    """What is known of a source's permissions now."""

    source: str
    report: CheckReport | None = None
    """The last check's; None when there was none lately."""
    is_checking: bool = False
    """Whether a check was asked for that no worker has answered yet."""
