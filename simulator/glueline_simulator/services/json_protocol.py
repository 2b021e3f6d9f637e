"""AWS's JSON protocol: the operation in a header, its parameters in the body."""

from collections.abc import Container
from typing import Any

import orjson

from glueline_simulator.errors import AwsError
from glueline_simulator.services.call import Call


def parameters_of(call: Call, operations: Container[str], target: str = "") -> Any:
    """Name the call's operation, one of ``operations`` behind ``target``; the JSON of its body.

    Raises AwsError in AWS's words.
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
