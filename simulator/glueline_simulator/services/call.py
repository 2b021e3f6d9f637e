"""One call as it passes through the simulator, and what a service has to offer for it."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from glueline_simulator.errors import AwsError
from glueline_simulator.settings import Settings
from glueline_simulator.wire.messages import Request, Response

from .identity import Caller

NOBODY = Caller("anonymous", "anonymous", "anonymous")


@dataclass(slots=True)
class Call:
    """A request on its way: filled in step by step as it is understood."""

    request: Request
    settings: Settings
    operation: str = "Unknown"
    caller: Caller = NOBODY
    parameters: dict[str, Any] = field(default_factory=dict)


class Service(Protocol):
    """A simulated service."""

    prefix: str

    def understand(self, call: Call) -> None:
        """Fill in operation and parameters; raises `AwsError` when that cannot be done."""

    def resources(self, call: Call) -> tuple[str, list[str]]:
        """The ARN for a denial's text, and the names that denials are matched with."""

    def answer(self, call: Call) -> Response:
        """The answer; raises `AwsError`."""

    def failure(self, error: AwsError, call: Call) -> Response:
        """An error in the service's own form."""
