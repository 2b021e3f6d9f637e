"""STS in the query protocol: who am I, and assume a role."""

from datetime import UTC, datetime
from xml.sax.saxutils import escape

from glueline_simulator.errors import AwsError
from glueline_simulator.rules import STS_OPERATIONS
from glueline_simulator.services.call import Call
from glueline_simulator.services.identity import Identities
from glueline_simulator.wire.messages import Response, form

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_SERVER_ERROR = 500
_SHORTEST, _LONGEST = 900, 43_200  # seconds of a session, before --session-seconds cuts it
# STS has names of its own for what Glue calls differently.
_CODES = {
    "ExpiredTokenException": ("ExpiredToken", 403),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "ThrottlingException": ("Throttling", 400),
    "InternalServiceException": ("InternalFailure", 500),
    "OperationTimeoutException": ("RequestTimeout", 503),
    "FederationSourceRetryableException": ("ServiceUnavailable", 503),
}


class Sts:
    """The Security Token Service."""

    prefix = "sts"

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def understand(self, call: Call) -> None:
        """Read the form body."""
        call.parameters = form(call.request.body) or call.request.query
        action = call.parameters.get("Action", "")
        if action not in STS_OPERATIONS:
            raise AwsError("InvalidAction", f"Could not find operation {action}")
        call.operation = action

    def resources(self, call: Call) -> tuple[str, list[str]]:
        """The role."""
        arn = call.parameters.get("RoleArn", "*")
        return arn, [arn, arn.rsplit("/", 1)[-1]]

    def answer(self, call: Call) -> Response:
        """Answer either action."""
        if call.operation == "GetCallerIdentity":
            caller = call.caller
            result = _element("Arn", caller.arn) + _element("UserId", caller.user_id)
            return self._respond(call, result + _element("Account", caller.account))
        return self._respond(call, self._assume(call))

    def failure(self, error: AwsError, call: Call) -> Response:
        """An error as XML."""
        _ = call
        code, status = _CODES.get(error.code, (error.code, error.status))
        kind = "Sender" if status < _SERVER_ERROR else "Receiver"
        detail = _element("Type", kind) + _element("Code", code)
        detail += _element("Message", error.message)
        return _xml(
            f'<ErrorResponse xmlns="{_NAMESPACE}"><Error>{detail}</Error></ErrorResponse>', status
        )

    def _assume(self, call: Call) -> str:
        given = call.parameters
        for name in ("RoleArn", "RoleSessionName"):
            if not given.get(name):
                raise AwsError("ValidationError", f"Value null at '{name}' must not be null")
        seconds = min(
            _duration(given.get("DurationSeconds", "3600")), call.settings.session_seconds
        )
        session = self._identities.assume(
            call.caller,
            given["RoleArn"],
            given["RoleSessionName"],
            given.get("ExternalId"),
            seconds,
        )
        expires = datetime.fromtimestamp(session.expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        credentials = _element("AccessKeyId", session.access_key)
        credentials += _element("SecretAccessKey", session.secret_key)
        credentials += _element("SessionToken", session.token) + _element("Expiration", expires)
        user = _element("AssumedRoleId", session.caller.user_id) + _element(
            "Arn", session.caller.arn
        )
        return f"<Credentials>{credentials}</Credentials><AssumedRoleUser>{user}</AssumedRoleUser>"

    @staticmethod
    def _respond(call: Call, result: str) -> Response:
        name = call.operation
        return _xml(
            f'<{name}Response xmlns="{_NAMESPACE}"><{name}Result>{result}</{name}Result>'
            f"<ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata></{name}Response>",
            200,
        )


def _duration(text: str) -> int:
    if not (text.isascii() and text.isdigit() and _SHORTEST <= int(text) <= _LONGEST):
        message = f"Value '{text}' at 'durationSeconds' must lie between {_SHORTEST} and {_LONGEST}"
        raise AwsError("ValidationError", message)
    return int(text)


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _xml(text: str, status: int) -> Response:
    return Response(status, {"Content-Type": "text/xml"}, text.encode())
