"""A call on its way through the simulator, and the protocol of a service."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from glueline_simulator.errors import AwsError
from glueline_simulator.rules import CallRule, EndlessLoop
from glueline_simulator.services.identity import Caller
from glueline_simulator.settings import Settings
from glueline_simulator.wire.messages import HttpRequest, HttpResponse

_ANONYMOUS = Caller("anonymous", "anonymous", "anonymous")


@dataclass(slots=True)
class ServiceCall:
    """A request that is parsed step by step."""

    request: HttpRequest
    settings: Settings
    operation: str = "Unknown"
    permission: str = ""
    """The permission that the call needs, if it has another name than the operation."""
    caller: Caller = _ANONYMOUS
    parameters: dict[str, Any] = field(default_factory=dict)
    names: Sequence[str] = ()
    """The names of the resource, as rules name it."""

    def is_about(self, rule: CallRule) -> bool:
        """Tell whether a rule names this call."""
        named = (self.operation, self.permission) if self.permission else (self.operation,)
        return any(rule.matches(name, self.names) for name in named)

    @property
    def loop(self) -> EndlessLoop | None:
        """The way in which the listing never ends; None for a usual listing."""
        rules = self.settings.endless
        return next((rule.loop for rule in rules if self.is_about(rule.calls)), None)


class Service(Protocol):
    """A simulated service."""

    prefix: str

    def understand(self, call: ServiceCall) -> None:
        """Parse operation and parameters; raises `AwsError`."""

    def resources(self, call: ServiceCall) -> tuple[str, list[str]]:
        """Return the ARN for the text of a denial, and the names for the rules."""

    def answer(self, call: ServiceCall) -> HttpResponse:
        """Answer the call; raises `AwsError`."""

    def failure(self, error: AwsError, call: ServiceCall) -> HttpResponse:
        """Render an error in the form of the service."""
