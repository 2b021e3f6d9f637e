"""Connect to a source step by step: with its keys, then each role, to find the step that fails."""

from dataclasses import dataclass, field

from glueline.contract.checks import CheckItem, CheckState
from glueline.contract.errors import GluelineError, Terminal
from glueline.settings.sources import Source
from glueline_worker.aws.errors import AwsCredentials, AwsError, AwsMisconfigured
from glueline_worker.aws.iam_actions import KEY_ACTIONS
from glueline_worker.aws.sources import Connection, SourceConnections
from glueline_worker.permissions.verdicts import make_call_item, make_check_item

_ASSUME_HINT = (
    "the caller must be allowed sts:AssumeRole on it, and its trust policy must name the caller "
    "and the external id, if it asks for one"
)


@dataclass
class ChainResult:
    """The result of each step, and the connection of the last one that worked."""

    items: list[CheckItem] = field(default_factory=list)
    connection: Connection | None = None
    """The last connection that worked; when an item is bad, it is not that of the source."""
    account: str | None = None
    identity: str | None = None


async def connect_through_roles(
    name: str, source: Source, sources: SourceConnections
) -> ChainResult:
    """Connect with ever more of the roles, until a step fails or the source is reached."""
    result, caller = ChainResult(), ""
    for length in range(len(source.roles) + 1):
        step = source.model_copy(update={"roles": source.roles[:length]})
        try:
            connection = await sources.connect_as(name, step)
            result.account, result.identity, sts_error = await _get_identity(connection)
        except (AwsError, Terminal) as error:
            result.items += _make_failure_items(step, length, error)
            return result
        if length:
            arn = source.roles[length - 1].arn
            detail = f"{arn}, as {caller or 'the role before'}"
            result.items.append(make_check_item("sts:AssumeRole", CheckState.ALLOWED, detail))
        elif step.access_key:
            result.items += _make_key_items(step, CheckState.ALLOWED, "read")
        caller = result.identity or ""
        result.connection = connection
    what = result.identity or "GetCallerIdentity"
    result.items.append(make_call_item("sts:GetCallerIdentity", what, sts_error))
    return result


async def _get_identity(
    connection: Connection,
) -> tuple[str | None, str | None, GluelineError | None]:
    """Return account, ARN and an error about STS alone; raise errors of the credentials."""
    try:
        answer = await connection.call("sts", "GetCallerIdentity")
    except (AwsCredentials, AwsMisconfigured):
        raise
    except AwsError as error:
        if not isinstance(error, Terminal):
            raise
        return connection.account, None, error
    return answer.get("Account"), answer.get("Arn"), None


def _make_failure_items(step: Source, length: int, error: GluelineError) -> list[CheckItem]:
    state = CheckState.DENIED if isinstance(error, Terminal) else CheckState.UNKNOWN
    if length:
        external = "with" if step.roles[-1].external_id else "without"
        why = f" ({external} an external id; {_ASSUME_HINT})" if "assumed" in str(error) else ""
        return [
            make_check_item("sts:AssumeRole", state, f"role {length} of the chain: {error}{why}")
        ]
    if step.access_key and "the key" in str(error):
        return _make_key_items(step, state, str(error)) or [_make_credentials_item(state, error)]
    return [_make_credentials_item(state, error)]


def _make_credentials_item(state: CheckState, error: GluelineError) -> CheckItem:
    return make_check_item("sts:GetCallerIdentity", state, str(error))


def _make_key_items(step: Source, state: CheckState, detail: str) -> list[CheckItem]:
    return [
        make_check_item(action, state, detail)
        for kind, action in KEY_ACTIONS.items()
        if step.references(kind)
    ]
