"""The way of a call: who, what, allowed, within quota, hit by a fault; and then its answer."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from glueline_simulator.catalogue.account_state import World
from glueline_simulator.errors import AwsError, access_denied
from glueline_simulator.faults import ANSWERS, FaultKind, FaultPlan
from glueline_simulator.glue.service import Glue
from glueline_simulator.quota import Quotas
from glueline_simulator.services.call import Call, Service
from glueline_simulator.services.identity import Identities, signed_service
from glueline_simulator.services.s3 import S3
from glueline_simulator.services.secrets import SCOPES, Vault
from glueline_simulator.services.sqs import Sqs
from glueline_simulator.services.sts import Sts
from glueline_simulator.settings import Settings
from glueline_simulator.stats import Stats
from glueline_simulator.wire.connection import Connection
from glueline_simulator.wire.messages import Request, Response

_log = logging.getLogger(__name__)
# A defect of the simulator must not look like a hanging service.
_OWN_FAULT = AwsError("InternalFailure", "The simulator itself failed; see its stderr.", 500)
# Botocore takes this for a successful answer without members.
_GARBAGE = b'<html><body>Bad gateway</body></html>{"TableList": [{"Name": "or'
_HOLD_LOOK = 0.02
"""Seconds between two looks at whether a call is still held."""


@dataclass(frozen=True, slots=True)
class _Fate:
    """What was decided when the call came in."""

    fault: FaultKind | None = None
    error: AwsError | None = None
    outcome: str = "ok"


class Simulation:
    """All simulated services behind one door."""

    def __init__(self, world: World, settings: Settings, seed: int) -> None:
        self.world = world
        self.stats = Stats()
        self._seed = seed
        self._outage_until = 0.0
        identities = Identities(world, seed)
        self._identities = identities
        self._glue: Service = Glue(world, seed)
        self._s3: Service = S3(world)
        self._sts: Service = Sts(identities)
        self._vault: Service = Vault()
        self.sqs = Sqs()
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget what was counted, fill the quotas, start the faults from the seed again."""
        self.stats.reset()
        self._faults = FaultPlan(self._seed)
        self._quotas = Quotas(self.settings.quota)

    def configure(self, settings: Settings) -> None:
        """Use other settings from the next call on; a changed quota starts full."""
        if settings.quota != self.settings.quota:
            self._quotas = Quotas(settings.quota)
        self.settings = settings

    def outage(self, seconds: float) -> None:
        """Reset every connection that brings a call within the next seconds."""
        self._outage_until = time.monotonic() + seconds

    def expire_sessions(self) -> None:
        """End all sessions of roles before their time."""
        self._identities.expire()

    def handle(self, request: Request, connection: Connection) -> None:
        """Take a request in; it is answered after the latency."""
        call, service = Call(request, self.settings), self._service(request)
        fate = self._decide(call, service)
        generation = self.stats.begin(call.operation, call.caller.account)
        finish = partial(self._finish, call, service, connection, fate, generation)
        if service is self.sqs and fate.outcome == "ok":
            finish = partial(self._poll, call, connection, time.monotonic(), finish)
        if self.settings.latency:
            asyncio.get_running_loop().call_later(
                self.settings.latency, self._release, call, finish
            )
        else:
            self._release(call, finish)

    def _poll(
        self, call: Call, connection: Connection, since: float, finish: Callable[[], None]
    ) -> None:
        """Go on once a queue has something for its receiver, or the wait is over."""
        if connection.is_lost:
            return  # nobody is there to receive anything
        if self.sqs.is_waiting(call, since):
            loop = asyncio.get_running_loop()
            loop.call_later(_HOLD_LOOK, self._poll, call, connection, since, finish)
        else:
            finish()

    def _release(self, call: Call, finish: Callable[[], None]) -> None:
        """Go on with a call unless, or until no longer, a rule holds it."""
        if any(call.is_about(rule) for rule in self.settings.hold):
            asyncio.get_running_loop().call_later(_HOLD_LOOK, self._release, call, finish)
        else:
            finish()

    def _service(self, request: Request) -> Service:
        scope = signed_service(request)
        if scope == "sts":
            return self._sts
        if scope in SCOPES:
            return self._vault
        if scope == "sqs":
            return self.sqs
        if scope == "glue" or b"x-amz-target" in request.headers:
            return self._glue
        is_form = request.header("content-type").startswith("application/x-www-form-urlencoded")
        return self._sts if is_form and not scope else self._s3

    def _decide(self, call: Call, service: Service) -> _Fate:
        """Everything that is settled when the call comes in, before its latency."""
        if time.monotonic() < self._outage_until:
            return _Fate(FaultKind.OUTAGE, outcome="fault:outage")
        try:
            is_s3 = service is self._s3
            service.understand(call)
            call.caller = self._identities.caller(call.request, call.settings, s3=is_s3)
            fault = self._draw(call, service)
            self._admit(call, service)
            self._authorize(call, service)
        except AwsError as error:
            return _Fate(error=error, outcome=_outcome(error))
        except Exception:  # noqa: BLE001 - whatever it is, the caller gets an answer
            _log.exception("%s could not be understood", call.operation)
            return _Fate(error=_OWN_FAULT, outcome=_outcome(_OWN_FAULT))
        return _Fate(fault, outcome=f"fault:{fault}" if fault else "ok")

    def _draw(self, call: Call, service: Service) -> FaultKind | None:
        settings = call.settings
        fault = self._faults.draw(call.operation, settings.faults, settings.fault_kinds)
        if fault is FaultKind.GARBAGE and service is self._s3:
            # Garbage in the place of an object is an object: no client could tell.
            return FaultKind.INTERNAL
        return fault

    def _admit(self, call: Call, service: Service) -> None:
        account, operation = call.caller.account, call.operation
        named_only, now = service is not self._glue, time.monotonic()
        if not self._quotas.admit(account, operation, named_only=named_only, now=now):
            raise AwsError("ThrottlingException", "Rate exceeded")

    def _authorize(self, call: Call, service: Service) -> None:
        arn, call.names = service.resources(call)
        if any(call.is_about(rule) for rule in call.settings.deny + call.caller.deny):
            status = 400 if service in (self._glue, self._vault, self.sqs) else 403
            raise access_denied(call.caller.arn, f"{service.prefix}:{call.operation}", arn, status)

    def _finish(
        self, call: Call, service: Service, connection: Connection, fate: _Fate, generation: int
    ) -> None:
        if fate.fault is FaultKind.HANG:
            loop = asyncio.get_running_loop()
            loop.call_later(call.settings.fault_hang, self._hung, call, connection, generation)
            return
        response, outcome = self._answer(call, service, fate)
        self.stats.end(call.operation, outcome, len(response.body), generation)
        if fate.fault in (FaultKind.RESET, FaultKind.OUTAGE):
            connection.reset()
        elif fate.fault is FaultKind.TRUNCATE:
            connection.truncate(response)
        else:
            connection.answer(response)

    def _hung(self, call: Call, connection: Connection, generation: int) -> None:
        self.stats.end(call.operation, "fault:hang", 0, generation)
        connection.close()

    def _answer(self, call: Call, service: Service, fate: _Fate) -> tuple[Response, str]:
        """The response and how the call is counted."""
        if fate.fault in (FaultKind.RESET, FaultKind.OUTAGE):
            return Response(), fate.outcome
        if fate.fault is FaultKind.GARBAGE:
            return Response(200, {"Content-Type": "text/html"}, _GARBAGE), fate.outcome
        error = AwsError(*ANSWERS[fate.fault]) if fate.fault in ANSWERS else fate.error
        if error is None:
            try:
                return service.answer(call), fate.outcome
            except AwsError as answered:
                error = answered
            except Exception:  # noqa: BLE001
                _log.exception("%s could not be answered", call.operation)
                error = _OWN_FAULT
            return service.failure(error, call), _outcome(error)
        return service.failure(error, call), fate.outcome


def _outcome(error: AwsError) -> str:
    if error.code == "ThrottlingException":
        return "throttled"
    denied = error.code in ("AccessDeniedException", "AccessDenied")
    return "denied" if denied else f"error:{error.code}"
