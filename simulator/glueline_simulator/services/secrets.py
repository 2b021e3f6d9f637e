"""Secrets Manager and the Parameter Store: the texts of the setting ``secrets``, by name."""

import orjson

from glueline_simulator.errors import AwsError
from glueline_simulator.rules import VAULT_OPERATIONS
from glueline_simulator.services.call import Call
from glueline_simulator.services.json_protocol import parameters_of
from glueline_simulator.wire.messages import Response

_TYPE = "application/x-amz-json-1.1"
SCOPES = ("secretsmanager", "ssm")


class Vault:
    """Both services, which differ in names only."""

    prefix = "secretsmanager"

    def understand(self, call: Call) -> None:
        """Read the target header and the JSON body."""
        body = parameters_of(call, VAULT_OPERATIONS)
        call.parameters = body if isinstance(body, dict) else {}

    def resources(self, call: Call) -> tuple[str, list[str]]:
        """The secret or parameter."""
        name = _name(call)
        return name, [name]

    def answer(self, call: Call) -> Response:
        """The text."""
        name, is_secret = _name(call), call.operation == "GetSecretValue"
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
        return Response(200, {"Content-Type": _TYPE}, orjson.dumps(body))

    def failure(self, error: AwsError, call: Call) -> Response:
        """An error as JSON."""
        _ = call
        body = orjson.dumps({"__type": error.code, "Message": error.message})
        return Response(error.status, {"Content-Type": _TYPE}, body)


def _name(call: Call) -> str:
    """The name, without the ARN around it."""
    given = call.parameters.get("SecretId") or call.parameters.get("Name") or ""
    return str(given).partition(":secret:")[2] or str(given)
