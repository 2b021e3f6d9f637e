"""What can go wrong, once for the caller of a simulated service and once for the operator.

SimulatorError
├── UsageError      what was asked of the command line or the control endpoint makes no sense
├── CatalogueError  a catalogue file cannot be used; the message names file and line
└── StartError      the simulator could not start listening
AwsError            an answer of a simulated service: a code, a message and an HTTP status
"""


class SimulatorError(Exception):
    """Something an operator can put right; the message is one clear sentence."""


class UsageError(SimulatorError):
    """The command line or a control request makes no sense."""


class CatalogueError(SimulatorError):
    """A catalogue file cannot be used."""


class StartError(SimulatorError):
    """The simulator could not start listening."""


class AwsError(Exception):
    """An error answer of a simulated service."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid_input(message: str) -> AwsError:
    """Glue's answer to a request it understands but cannot accept."""
    return AwsError("InvalidInputException", message)


def not_found(message: str) -> AwsError:
    """Glue's answer when the named thing does not exist."""
    return AwsError("EntityNotFoundException", message)


def validation(message: str) -> AwsError:
    """Glue's answer to a request that does not fit the service model."""
    return AwsError("ValidationException", message)


def access_denied(identity: str, action: str, resource: str, status: int = 400) -> AwsError:
    """The sentence IAM answers with; ``action`` has the form ``glue:GetTables``."""
    message = f"User: {identity} is not authorized to perform: {action} on resource: {resource}"
    code = "AccessDeniedException" if action.startswith("glue:") else "AccessDenied"
    reason = f" because no identity-based policy allows the {action} action"
    return AwsError(code, message + reason, status)
