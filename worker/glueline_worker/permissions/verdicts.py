"""What the answer to one call says of a permission. Pure."""

from glueline.contract.checks import CheckItem, CheckState
from glueline.contract.errors import GluelineError
from glueline_worker.aws.errors import AwsDenied, AwsMisconfigured, AwsNotFound, AwsRefused
from glueline_worker.aws.iam_actions import PERMISSIONS, Permission

_BY_ACTION = {permission.action: permission for permission in PERMISSIONS}
_UNKNOWN_OPERATION = "the endpoint does not know this operation"


def judge_error(error: GluelineError | None) -> CheckState:
    """The state of a permission whose call ended with ``error``.

    AWS asks for permission before it looks: a thing that is not there, or a parameter that will
    not do, was refused to somebody who may.
    """
    if isinstance(error, AwsDenied):
        return CheckState.DENIED
    if error is None or isinstance(error, AwsNotFound):
        return CheckState.ALLOWED
    is_answer = isinstance(error, AwsRefused) and not isinstance(error, AwsMisconfigured)
    if is_answer and _UNKNOWN_OPERATION not in str(error):
        return CheckState.ALLOWED
    return CheckState.UNKNOWN


def describe_outcome(error: GluelineError | None, make_call_item: str) -> str:
    """What was tried, and what it came to in a few words."""
    if error is None:
        return make_call_item
    if isinstance(error, AwsNotFound):
        return f"{make_call_item}: answered, there is no such thing"
    if judge_error(error) is CheckState.ALLOWED:
        return f"{make_call_item}: answered"
    return f"{make_call_item}: {error}{_advise(error)}"


def _advise(error: GluelineError) -> str:
    """What the sentence of AWS leaves to the reader."""
    text = str(error).lower()
    if "lake formation" in text:
        return " (IAM allows it: grant it in Lake Formation)"
    return " (allow kms:Decrypt on the key)" if "kms" in text else ""


def make_check_item(action: str, state: CheckState, detail: str) -> CheckItem:
    """The item about a permission."""
    known: Permission = _BY_ACTION[action]
    return CheckItem(
        permission=action,
        state=state,
        needed_for=known.needed_for,
        without_it=known.without_it,
        detail=detail,
    )


def make_call_item(action: str, what: str, error: GluelineError | None) -> CheckItem:
    """The item about a permission that a call was made for."""
    return make_check_item(action, judge_error(error), describe_outcome(error, what))
