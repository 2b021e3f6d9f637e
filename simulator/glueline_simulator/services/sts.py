"""STS in the query protocol: GetCallerIdentity and AssumeRole."""

from datetime import UTC, datetime
from xml.sax.saxutils import escape

from glueline_simulator.errors import AwsError
from glueline_simulator.rules import STS_OPERATIONS
from glueline_simulator.services.call import ServiceCall
from glueline_simulator.services.identity import Identities
from glueline_simulator.wire.messages import HttpResponse, parse_form

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_SERVER_ERROR = 500
_SHORTEST, _LONGEST = 900, 43_200  # seconds of a session, unless --session-seconds is less
# The names that STS uses for errors of Glue.
_CODES = {
    "ExpiredTokenException": ("ExpiredToken", 403),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "ThrottlingException": ("Throttling", 400),
    "InternalServiceException": ("InternalFailure", 500),
    "OperationTimeoutException": ("RequestTimeout", 503),
    "FederationSourceRetryableException": ("ServiceUnavailable", 503),
}


class StsService:
    """The Security Token Service."""

    prefix = "sts"

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def understand(self, call: ServiceCall) -> None:
        """Parse the form in the body."""
        call.parameters = parse_form(call.request.body) or call.request.query
        action = call.parameters.get("Action", "")
        if action not in STS_OPERATIONS:
            raise AwsError("InvalidAction", f"Could not find operation {action}")
        call.operation = action

    def resources(self, call: ServiceCall) -> tuple[str, list[str]]:
        """Return the ARN of the role, and its names."""
        arn = call.parameters.get("RoleArn", "*")
        return arn, [arn, arn.rsplit("/", 1)[-1]]

    def answer(self, call: ServiceCall) -> HttpResponse:
        """Answer a call."""
        if call.operation == "GetCallerIdentity":
            caller = call.caller
            result = _render_element("Arn", caller.arn) + _render_element("UserId", caller.user_id)
            return self._respond(call, result + _render_element("Account", caller.account))
        return self._respond(call, self._assume(call))

    def failure(self, error: AwsError, call: ServiceCall) -> HttpResponse:
        """Render an error as XML."""
        _ = call
        code, status = _CODES.get(error.code, (error.code, error.status))
        kind = "Sender" if status < _SERVER_ERROR else "Receiver"
        detail = _render_element("Type", kind) + _render_element("Code", code)
        detail += _render_element("Message", error.message)
        return _answer_xml(
            f'<ErrorResponse xmlns="{_NAMESPACE}"><Error>{detail}</Error></ErrorResponse>', status
        )

    def _assume(self, call: ServiceCall) -> str:
        given = call.parameters
        for name in ("RoleArn", "RoleSessionName"):
            if not given.get(name):
                raise AwsError("ValidationError", f"Value null at '{name}' must not be null")
        seconds = min(
            _parse_duration(given.get("DurationSeconds", "3600")), call.settings.session_seconds
        )
        session = self._identities.assume(
            call.caller,
            given["RoleArn"],
            given["RoleSessionName"],
            given.get("ExternalId"),
            seconds,
        )
        expires = datetime.fromtimestamp(session.expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        credentials = _render_element("AccessKeyId", session.access_key)
        credentials += _render_element("SecretAccessKey", session.secret_key)
        credentials += _render_element("SessionToken", session.token) + _render_element(
            "Expiration", expires
        )
        user = _render_element("AssumedRoleId", session.caller.user_id) + _render_element(
            "Arn", session.caller.arn
        )
        return f"<Credentials>{credentials}</Credentials><AssumedRoleUser>{user}</AssumedRoleUser>"

    @staticmethod
    def _respond(call: ServiceCall, result: str) -> HttpResponse:
        name = call.operation
        return _answer_xml(
            f'<{name}Response xmlns="{_NAMESPACE}"><{name}Result>{result}</{name}Result>'
            f"<ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata></{name}Response>",
            200,
        )


def _parse_duration(text: str) -> int:
    if not (text.isascii() and text.isdigit() and _SHORTEST <= int(text) <= _LONGEST):
        message = f"Value '{text}' at 'durationSeconds' must lie between {_SHORTEST} and {_LONGEST}"
        raise AwsError("ValidationError", message)
    return int(text)


def _render_element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _answer_xml(text: str, status: int) -> HttpResponse:
    return HttpResponse(status, {"Content-Type": "text/xml"}, text.encode())
