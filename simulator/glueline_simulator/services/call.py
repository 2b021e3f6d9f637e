"""One call as it passes through the simulator, and what a service has to offer for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from glueline_simulator.errors import AwsError
from glueline_simulator.rules import CallRule, Loop
from glueline_simulator.services.identity import Caller
from glueline_simulator.settings import Settings
from glueline_simulator.wire.messages import Request, Response

NOBODY = Caller("anonymous", "anonymous", "anonymous")


@dataclass(slots=True)
class Call:
    """A request on its way: filled in step by step as it is understood."""

    request: Request
    settings: Settings
    operation: str = "Unknown"
    caller: Caller = NOBODY
    parameters: dict[str, Any] = field(default_factory=dict)
    names: Sequence[str] = ()
    """What the call is about, as rules name it."""

    def is_about(self, rule: CallRule) -> bool:
        """Whether a rule names this call."""
        return rule.matches(self.operation, self.names)

    @property
    def loop(self) -> Loop | None:
        """How the listing that is asked for never ends, if it is such a one."""
        rules = self.settings.endless
        return next((rule.loop for rule in rules if self.is_about(rule.calls)), None)


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
