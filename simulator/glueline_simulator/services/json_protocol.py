"""The JSON protocol of AWS: the operation is in a header, the parameters are in the body."""

from collections.abc import Container
from typing import Any

import orjson

from glueline_simulator.errors import AwsError
from glueline_simulator.services.call import ServiceCall


def parse_json_call(call: ServiceCall, operations: Container[str], target: str = "") -> Any:
    """Set the operation of the call and return the JSON of its body.

    The operation follows ``target`` in the header and must be one of ``operations``. Raises
    AwsError with the texts of AWS.
    """
    header = call.request.header("x-amz-target")
    operation = header.removeprefix(target) if target else header.rpartition(".")[2]
    if not header.startswith(target) or operation not in operations:
        message = f"The simulator does not implement {operation or 'a call without a target'}."
        raise AwsError("UnknownOperationException", message)
    call.operation = operation
    try:
        return orjson.loads(call.request.body or b"{}")
    except orjson.JSONDecodeError:
        message = "The request body is no JSON."
        raise AwsError("SerializationException", message) from None
