"""Secrets Manager and the Parameter Store; both return texts of the setting ``secrets``."""

import orjson

from glueline_simulator.errors import AwsError
from glueline_simulator.rules import SECRET_OPERATIONS
from glueline_simulator.services.call import ServiceCall
from glueline_simulator.services.json_protocol import parse_json_call
from glueline_simulator.wire.messages import HttpResponse

_TYPE = "application/x-amz-json-1.1"
SECRET_SERVICES = ("secretsmanager", "ssm")


class SecretStore:
    """Both services, which differ only in names."""

    prefix = "secretsmanager"

    def understand(self, call: ServiceCall) -> None:
        """Read the target header and the JSON body."""
        body = parse_json_call(call, SECRET_OPERATIONS)
        call.parameters = body if isinstance(body, dict) else {}

    def resources(self, call: ServiceCall) -> tuple[str, list[str]]:
        """Return the name of the secret or parameter."""
        name = _find_secret_name(call)
        return name, [name]

    def answer(self, call: ServiceCall) -> HttpResponse:
        """Answer with the text."""
        name, is_secret = _find_secret_name(call), call.operation == "GetSecretValue"
        text = call.settings.secrets.get(name)
        if text is None and is_secret:
            raise AwsError(
                "ResourceNotFoundException", "Secrets Manager can't find the specified secret."
            )
        if text is None:
            raise AwsError("ParameterNotFound", "")
        body = (
            {"Name": name, "SecretString": text}
            if is_secret
            else {"Parameter": {"Name": name, "Type": "SecureString", "Value": text}}
        )
        return HttpResponse(200, {"Content-Type": _TYPE}, orjson.dumps(body))

    def failure(self, error: AwsError, call: ServiceCall) -> HttpResponse:
        """Render an error as JSON."""
        _ = call
        body = orjson.dumps({"__type": error.code, "Message": error.message})
        return HttpResponse(error.status, {"Content-Type": _TYPE}, body)


def _find_secret_name(call: ServiceCall) -> str:
    """Return the name, also from an ARN."""
    given = call.parameters.get("SecretId") or call.parameters.get("Name") or ""
    return str(given).partition(":secret:")[2] or str(given)
