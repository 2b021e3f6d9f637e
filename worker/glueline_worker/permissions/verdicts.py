"""Judge a permission by the outcome of one call. Pure functions."""

from glueline.contract.checks import CheckItem, CheckState
from glueline.contract.errors import GluelineError
from glueline_worker.aws.errors import AwsDenied, AwsMisconfigured, AwsNotFound, AwsRefused
from glueline_worker.aws.iam_actions import PERMISSIONS

_BY_ACTION = {permission.action: permission for permission in PERMISSIONS}
_UNKNOWN_OPERATION = "the endpoint does not know this operation"


def judge_error(error: GluelineError | None) -> CheckState:
    """Return the state of a permission whose call ended with ``error``.

    AWS checks the permission first: a missing thing or a wrong parameter is reported only to a
    caller who has it.
    """
    if isinstance(error, AwsDenied):
        return CheckState.DENIED
    if error is None or isinstance(error, AwsNotFound):
        return CheckState.ALLOWED
    is_answer = isinstance(error, AwsRefused) and not isinstance(error, AwsMisconfigured)
    if is_answer and _UNKNOWN_OPERATION not in str(error):
        return CheckState.ALLOWED
    return CheckState.UNKNOWN


def describe_outcome(error: GluelineError | None, what: str) -> str:
    """Describe in a few words what was tried, and how it ended."""
    if error is None:
        return what
    if isinstance(error, AwsNotFound):
        return f"{what}: answered, there is no such thing"
    if judge_error(error) is CheckState.ALLOWED:
        return f"{what}: answered"
    return f"{what}: {error}{_advise(error)}"


def _advise(error: GluelineError) -> str:
    """Return advice that the sentence of AWS leaves out."""
    text = str(error).lower()
    if "lake formation" in text:
        return " (IAM allows it: grant it in Lake Formation)"
    return " (allow kms:Decrypt on the key)" if "kms" in text else ""


def make_check_item(action: str, state: CheckState, detail: str) -> CheckItem:
    """Make the item of a permission."""
    permission = _BY_ACTION[action]
    return CheckItem(
        permission=action,
        state=state,
        needed_for=permission.needed_for,
        without_it=permission.without_it,
        detail=detail,
    )


def make_call_item(action: str, what: str, error: GluelineError | None) -> CheckItem:
    """Make the item of a permission from the outcome of a call."""
    return make_check_item(action, judge_error(error), describe_outcome(error, what))
