"""The errors for the operator, and the errors that the simulated services return.

SimulatorError
├── UsageError      options of the command line or a control request are wrong
├── CatalogueError  a catalogue file cannot be used; the message names file and line
└── StartError      the simulator could not start listening
AwsError            an answer of a simulated service: a code, a message and an HTTP status
"""


class SimulatorError(Exception):
    """An error that an operator can correct; its message is one sentence."""


class UsageError(SimulatorError):
    """Options of the command line or a control request are wrong."""


class CatalogueError(SimulatorError):
    """A catalogue file cannot be used."""


class StartError(SimulatorError):
    """The simulator could not start listening."""


class AwsError(Exception):
    """An error answer of a simulated service."""

    def __init__(
        self, code: str, message: str, status: int = 400, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers or {}


def invalid_input_error(message: str) -> AwsError:
    """Make Glue's error for a request that it understands but cannot accept."""
    return AwsError("InvalidInputException", message)


def not_found_error(message: str) -> AwsError:
    """Make Glue's error for something that does not exist."""
    return AwsError("EntityNotFoundException", message)


def validation_error(message: str) -> AwsError:
    """Make Glue's error for a request that does not fit the service model."""
    return AwsError("ValidationException", message)


def access_denied_error(identity: str, action: str, resource: str, status: int = 400) -> AwsError:
    """Make the error with IAM's sentence; ``action`` has the form ``glue:GetTables``."""
    message = f"User: {identity} is not authorized to perform: {action} on resource: {resource}"
    code = "AccessDeniedException" if action.startswith("glue:") else "AccessDenied"
    reason = f" because no identity-based policy allows the {action} action"
    return AwsError(code, message + reason, status)
