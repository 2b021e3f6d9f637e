"""The way to a source, step by step: keys, then each role, to say which step fails."""

from dataclasses import dataclass, field

from glueline.contract.checks import CheckItem, CheckState
from glueline.contract.errors import GluelineError, Terminal
from glueline.settings.sources import Source
from glueline_worker.aws.errors import AwsCredentials, AwsError, AwsMisconfigured
from glueline_worker.aws.sources import Connection, Sources
from glueline_worker.permissions.verdicts import item, said, verdict

_WHY = (
    "the caller must be allowed sts:AssumeRole on it, and its trust policy must name the caller "
    "and the external id, if it asks for one"
)


@dataclass
class Arrival:
    """How far the way led."""

    items: list[CheckItem] = field(default_factory=list)
    connection: Connection | None = None
    """The source, when the way led there."""
    account: str | None = None
    identity: str | None = None


async def travel(name: str, source: Source, sources: Sources) -> Arrival:
    """Connect with ever more of the roles, as far as that goes."""
    arrival, caller = Arrival(), ""
    for length in range(len(source.roles) + 1):
        step = source.model_copy(update={"roles": source.roles[:length]})
        try:
            connection = await sources.connect_as(name, step)
            arrival.account, arrival.identity, asked = await _who(connection)
        except (AwsError, Terminal) as error:
            arrival.items += _failed(step, length, error)
            return arrival
        if length:
            arn = source.roles[length - 1].arn
            how = f"{arn}, as {caller or 'the role before'}"
            arrival.items.append(item("sts:AssumeRole", CheckState.ALLOWED, how))
        elif step.access_key:
            arrival.items += _keys(step, CheckState.ALLOWED, "read")
        caller = arrival.identity or ""
        arrival.connection = connection
    state, detail = verdict(asked), said(asked, arrival.identity or "GetCallerIdentity")
    arrival.items.append(item("sts:GetCallerIdentity", state, detail))
    return arrival


async def _who(
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


def _failed(step: Source, length: int, error: GluelineError) -> list[CheckItem]:
    state = CheckState.DENIED if isinstance(error, Terminal) else CheckState.UNKNOWN
    if length:
        external = "with" if step.roles[-1].external_id else "without"
        why = f" ({external} an external id; {_WHY})" if "assumed" in str(error) else ""
        return [item("sts:AssumeRole", state, f"role {length} of the chain: {error}{why}")]
    if step.access_key and "the key" in str(error):
        return _keys(step, state, str(error)) or [_credentials(state, error)]
    return [_credentials(state, error)]


def _credentials(state: CheckState, error: GluelineError) -> CheckItem:
    return item("sts:GetCallerIdentity", state, str(error))


def _keys(step: Source, state: CheckState, detail: str) -> list[CheckItem]:
    kinds = {
        "secretsmanager:": "secretsmanager:GetSecretValue",
        "ssm:": "ssm:GetParameter",
    }
    return [item(action, state, detail) for kind, action in kinds.items() if step.references(kind)]
