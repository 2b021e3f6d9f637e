"""The way to a source, step by step: keys, then each role, to say which step fails."""

from dataclasses import dataclass, field

from glueline.contract.checks import CheckItem, CheckState
from glueline.contract.errors import GluelineError, Terminal
from glueline.settings.sources import Source
from glueline_worker.aws.errors import AwsCredentials, AwsError, AwsMisconfigured
from glueline_worker.aws.sources import Connection, SourceConnections
from glueline_worker.permissions.verdicts import describe_outcome, judge_error, make_check_item

_ASSUME_HINT = (
    "the caller must be allowed sts:AssumeRole on it, and its trust policy must name the caller "
    "and the external id, if it asks for one"
)


@dataclass
class ChainResult:
    """How far the way led."""

    items: list[CheckItem] = field(default_factory=list)
    connection: Connection | None = None
    """The source, when the way led there."""
    account: str | None = None
    identity: str | None = None


async def connect_through_roles(
    name: str, source: Source, sources: SourceConnections
) -> ChainResult:
    """Connect with ever more of the roles, as far as that goes."""
    arrival, caller = ChainResult(), ""
    for length in range(len(source.roles) + 1):
        step = source.model_copy(update={"roles": source.roles[:length]})
        try:
            connection = await sources.connect_as(name, step)
            arrival.account, arrival.identity, asked = await _get_identity(connection)
        except (AwsError, Terminal) as error:
            arrival.items += _make_failure_items(step, length, error)
            return arrival
        if length:
            arn = source.roles[length - 1].arn
            how = f"{arn}, as {caller or 'the role before'}"
            arrival.items.append(make_check_item("sts:AssumeRole", CheckState.ALLOWED, how))
        elif step.access_key:
            arrival.items += _make_key_items(step, CheckState.ALLOWED, "read")
        caller = arrival.identity or ""
        arrival.connection = connection
    state, detail = (
        judge_error(asked),
        describe_outcome(asked, arrival.identity or "GetCallerIdentity"),
    )
    arrival.items.append(make_check_item("sts:GetCallerIdentity", state, detail))
    return arrival


async def _get_identity(
    connection: Connection,
) -> tuple[str | None, str | None, GluelineError | None]:
    """Account and ARN; raises what says that the credentials will not do."""
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
    kinds = {
        "secretsmanager:": "secretsmanager:GetSecretValue",
        "ssm:": "ssm:GetParameter",
    }
    return [
        make_check_item(action, state, detail)
        for kind, action in kinds.items()
        if step.references(kind)
    ]
