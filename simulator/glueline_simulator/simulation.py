"""Handle a call: identify, authorise, check the quota, draw a fault, and answer."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from glueline_simulator.catalogue.account_state import AwsState
from glueline_simulator.errors import AwsError, access_denied_error
from glueline_simulator.faults import FAULT_ERRORS, FaultKind, FaultPlan
from glueline_simulator.glue.service import GlueService
from glueline_simulator.quota import QuotaBuckets
from glueline_simulator.services.call import Service, ServiceCall
from glueline_simulator.services.identity import Identities, find_signed_service
from glueline_simulator.services.s3 import S3Service
from glueline_simulator.services.secrets import SECRET_SERVICES, SecretStore
from glueline_simulator.services.sqs import SqsService
from glueline_simulator.services.sts import StsService
from glueline_simulator.settings import Settings
from glueline_simulator.stats import Stats
from glueline_simulator.wire.connection import HttpConnection
from glueline_simulator.wire.messages import HttpRequest, HttpResponse

_log = logging.getLogger(__name__)
# An error of the simulator itself must not look like a service that hangs.
_INTERNAL_ERROR = AwsError("InternalFailure", "The simulator itself failed; see its stderr.", 500)
# Botocore takes this for a successful answer without members.
_GARBAGE = b'<html><body>Bad gateway</body></html>{"TableList": [{"Name": "or'
_POLL_SECONDS = 0.02
"""Seconds between two checks whether a call must still wait."""


@dataclass(frozen=True, slots=True)
class _Decision:
    """The outcome of a call, decided when it comes in."""

    fault: FaultKind | None = None
    error: AwsError | None = None
    outcome: str = "ok"


class Simulation:
    """Routes calls to the simulated services."""

    def __init__(self, state: AwsState, settings: Settings, seed: int) -> None:
        self.state = state
        self.stats = Stats()
        self._seed = seed
        self._outage_until = 0.0
        identities = Identities(state, seed)
        self._identities = identities
        self._glue: Service = GlueService(state, seed)
        self._s3: Service = S3Service(state)
        self._sts: Service = StsService(identities)
        self._secrets: Service = SecretStore()
        self.sqs = SqsService()
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Clear the counts, fill the quotas, and start the faults from the seed again."""
        self.stats.reset()
        self._faults = FaultPlan(self._seed)
        self._quotas = QuotaBuckets(self.settings.quota)

    def configure(self, settings: Settings) -> None:
        """Use other settings for the next calls; a changed quota starts full."""
        if settings.quota != self.settings.quota:
            self._quotas = QuotaBuckets(settings.quota)
        self.settings = settings

    def outage(self, seconds: float) -> None:
        """Reset every connection with a call in the next ``seconds``."""
        self._outage_until = time.monotonic() + seconds

    def expire_sessions(self) -> None:
        """End all sessions of roles at once."""
        self._identities.expire()

    def handle(self, request: HttpRequest, connection: HttpConnection) -> None:
        """Handle a request, which is answered after the latency."""
        call, service = ServiceCall(request, self.settings), self._choose_service(request)
        decision = self._decide(call, service)
        generation = self.stats.begin(call.operation, call.caller.account)
        finish = partial(self._finish, call, service, connection, decision, generation)
        if service is self.sqs and decision.outcome == "ok":
            finish = partial(self._poll, call, connection, time.monotonic(), finish)
        if self.settings.latency:
            asyncio.get_running_loop().call_later(
                self.settings.latency, self._release, call, finish
            )
        else:
            self._release(call, finish)

    def _poll(
        self,
        call: ServiceCall,
        connection: HttpConnection,
        since: float,
        finish: Callable[[], None],
    ) -> None:
        """Finish the call once its queue has a message, or the wait is over."""
        if connection.is_lost:
            return  # the receiver has gone
        if self.sqs.is_waiting(call, since):
            loop = asyncio.get_running_loop()
            loop.call_later(_POLL_SECONDS, self._poll, call, connection, since, finish)
        else:
            finish()

    def _release(self, call: ServiceCall, finish: Callable[[], None]) -> None:
        """Finish the call once no rule holds it."""
        if any(call.is_about(rule) for rule in self.settings.hold):
            asyncio.get_running_loop().call_later(_POLL_SECONDS, self._release, call, finish)
        else:
            finish()

    def _choose_service(self, request: HttpRequest) -> Service:
        scope = find_signed_service(request)
        if scope == "sts":
            return self._sts
        if scope in SECRET_SERVICES:
            return self._secrets
        if scope == "sqs":
            return self.sqs
        if scope == "glue" or b"x-amz-target" in request.headers:
            return self._glue
        is_form = request.header("content-type").startswith("application/x-www-form-urlencoded")
        return self._sts if is_form and not scope else self._s3

    def _decide(self, call: ServiceCall, service: Service) -> _Decision:
        """Decide everything that depends on the time when the call comes in."""
        if time.monotonic() < self._outage_until:
            return _Decision(FaultKind.OUTAGE, outcome="fault:outage")
        try:
            is_s3 = service is self._s3
            service.understand(call)
            call.caller = self._identities.caller(call.request, call.settings, s3=is_s3)
            fault = self._draw_fault(call, service)
            self._admit(call, service)
            self._authorize(call, service)
        except AwsError as error:
            return _Decision(error=error, outcome=_classify(error))
        except Exception:  # noqa: BLE001 - the caller always gets an answer
            _log.exception("%s could not be understood", call.operation)
            return _Decision(error=_INTERNAL_ERROR, outcome=_classify(_INTERNAL_ERROR))
        return _Decision(fault, outcome=f"fault:{fault}" if fault else "ok")

    def _draw_fault(self, call: ServiceCall, service: Service) -> FaultKind | None:
        settings = call.settings
        fault = self._faults.draw(call.operation, settings.faults, settings.fault_kinds)
        if fault is FaultKind.GARBAGE and service is self._s3:
            # A client could not distinguish garbage from the content of an object.
            return FaultKind.INTERNAL
        return fault

    def _admit(self, call: ServiceCall, service: Service) -> None:
        account, operation = call.caller.account, call.operation
        named_only, now = service is not self._glue, time.monotonic()
        if not self._quotas.admit(account, operation, named_only=named_only, now=now):
            raise AwsError("ThrottlingException", "Rate exceeded")

    def _authorize(self, call: ServiceCall, service: Service) -> None:
        arn, call.names = service.resources(call)
        if any(call.is_about(rule) for rule in call.settings.deny + call.caller.deny):
            action = call.permission or call.operation
            status = 400 if service in (self._glue, self._secrets, self.sqs) else 403
            raise access_denied_error(call.caller.arn, f"{service.prefix}:{action}", arn, status)

    def _finish(
        self,
        call: ServiceCall,
        service: Service,
        connection: HttpConnection,
        decision: _Decision,
        generation: int,
    ) -> None:
        if decision.fault is FaultKind.HANG:
            loop = asyncio.get_running_loop()
            loop.call_later(
                call.settings.fault_hang, self._close_hung_call, call, connection, generation
            )
            return
        response, outcome = self._answer(call, service, decision)
        self.stats.end(call.operation, outcome, len(response.body), generation)
        if decision.fault in (FaultKind.RESET, FaultKind.OUTAGE):
            connection.reset()
        elif decision.fault is FaultKind.TRUNCATE:
            connection.truncate(response)
        else:
            connection.answer(response)

    def _close_hung_call(
        self, call: ServiceCall, connection: HttpConnection, generation: int
    ) -> None:
        self.stats.end(call.operation, "fault:hang", 0, generation)
        connection.close()

    def _answer(
        self, call: ServiceCall, service: Service, decision: _Decision
    ) -> tuple[HttpResponse, str]:
        """Return the response, and the outcome for the statistics."""
        if decision.fault in (FaultKind.RESET, FaultKind.OUTAGE):
            return HttpResponse(), decision.outcome
        if decision.fault is FaultKind.GARBAGE:
            return HttpResponse(200, {"Content-Type": "text/html"}, _GARBAGE), decision.outcome
        error = (
            AwsError(*FAULT_ERRORS[decision.fault])
            if decision.fault in FAULT_ERRORS
            else decision.error
        )
        if error is None:
            try:
                return service.answer(call), decision.outcome
            except AwsError as answered:
                error = answered
            except Exception:  # noqa: BLE001
                _log.exception("%s could not be answered", call.operation)
                error = _INTERNAL_ERROR
            return service.failure(error, call), _classify(error)
        return service.failure(error, call), decision.outcome


def _classify(error: AwsError) -> str:
    if error.code == "ThrottlingException":
        return "throttled"
    denied = error.code in ("AccessDeniedException", "AccessDenied")
    return "denied" if denied else f"error:{error.code}"
