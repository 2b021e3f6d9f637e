"""Identify callers by access keys, and by the sessions of assumed roles."""

import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from random import Random

from glueline_simulator.catalogue.account_state import AwsState, IdentityGrant
from glueline_simulator.errors import AwsError, access_denied_error
from glueline_simulator.rules import CallRule
from glueline_simulator.settings import Settings
from glueline_simulator.wire.messages import HttpRequest

_CREDENTIAL = re.compile(rb"Credential=([^/,\s]+)/\d*/([^/]*)/([^/]*)/aws4_request")
_QUERY_CREDENTIAL = re.compile(rb"X-Amz-Credential=([^%/&]+)(?:%2F|/)", re.IGNORECASE)
_ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)")
_SESSIONS_KEPT = 10_000
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller."""

    account: str
    arn: str
    user_id: str
    deny: tuple[CallRule, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleSession:
    """Temporary credentials of an assumed role."""

    access_key: str
    secret_key: str
    token: str
    expires: float
    caller: Caller


class Identities:
    """Finds the caller of a signed request, without checking the signature."""

    def __init__(self, state: AwsState, seed: int) -> None:
        self._state = state
        self._random = Random(f"{seed}:sessions")  # noqa: S311
        self._sessions: OrderedDict[str, RoleSession] = OrderedDict()
        self._static: dict[str, Caller] = {}

    def caller(self, request: HttpRequest, settings: Settings, *, s3: bool) -> Caller:
        """Return the caller of a request; raises the `AwsError` of the real service."""
        key = find_access_key(request)
        if not key:
            raise _missing_credentials_error(s3=s3)
        if key.startswith("ASIA"):
            return self._find_session_caller(key, request.header("x-amz-security-token"), s3=s3)
        if settings.accept_keys is not None and key not in settings.accept_keys:
            raise _unknown_key_error(s3=s3)
        caller = self._static.get(key)
        if caller is None:
            caller = self._static[key] = self._make_static_caller(key)
        return caller

    def assume(
        self, caller: Caller, arn: str, session_name: str, external_id: str | None, seconds: float
    ) -> RoleSession:
        """Open a session of a role; raises AccessDenied without a reason, as STS does."""
        grant = self._find_grant(arn)
        denied = access_denied_error(caller.arn, "sts:AssumeRole", arn, 403)
        if grant is None or not grant.assumable:
            raise denied
        if grant.external_id is not None and grant.external_id != external_id:
            raise denied
        role = arn.rsplit("/", 1)[-1]
        user_id = f"AROA{self._make_text(16)}:{session_name}"
        session_arn = f"arn:aws:sts::{grant.account}:assumed-role/{role}/{session_name}"
        deny = tuple(CallRule.parse(rule) for rule in grant.deny)
        session = RoleSession(
            access_key=f"ASIA{self._make_text(16)}",
            secret_key=self._make_text(40),
            token=self._make_text(120),
            expires=time.time() + seconds,
            caller=Caller(grant.account, session_arn, user_id, deny),
        )
        self._sessions[session.access_key] = session
        if len(self._sessions) > _SESSIONS_KEPT:
            self._sessions.popitem(last=False)
        return session

    def expire(self) -> None:
        """End all sessions at once, as revoking them does."""
        self._sessions.clear()

    def _find_grant(self, arn: str) -> IdentityGrant | None:
        match = _ROLE_ARN.fullmatch(arn)
        if match is None:
            raise AwsError("ValidationError", f"{arn} is invalid")
        if self._state.roles is None:
            return IdentityGrant(match[1])
        return self._state.roles.get(arn)

    def _find_session_caller(self, key: str, token: str, *, s3: bool) -> Caller:
        session = self._sessions.get(key)
        if session is None or session.expires <= time.time():
            message = "The security token included in the request is expired"
            code = "ExpiredToken" if s3 else "ExpiredTokenException"
            raise AwsError(code, message)
        if token and token != session.token:
            raise _unknown_key_error(s3=s3)
        return session.caller

    def _make_static_caller(self, key: str) -> Caller:
        grant = self._state.keys.get(key, IdentityGrant(self._state.account))
        arn = f"arn:aws:iam::{grant.account}:user/simulator"
        deny = tuple(CallRule.parse(rule) for rule in grant.deny)
        return Caller(grant.account, arn, f"AIDA{key[-16:]}", deny)

    def _make_text(self, length: int) -> str:
        return "".join(self._random.choices(_ALPHABET, k=length))


def find_access_key(request: HttpRequest) -> str:
    """Return the access key of a signature; empty for an unsigned request."""
    match = _CREDENTIAL.search(request.headers.get(b"authorization", b""))
    match = match or _QUERY_CREDENTIAL.search(request.target)
    return match[1].decode("latin-1") if match else ""


def find_signed_service(request: HttpRequest) -> str:
    """Return the service in the scope of a signature; empty without one."""
    match = _CREDENTIAL.search(request.headers.get(b"authorization", b""))
    return match[3].decode("latin-1") if match else ""


def find_signed_region(request: HttpRequest) -> str:
    """Return the Region in the scope of a signature; empty without one."""
    match = _CREDENTIAL.search(request.headers.get(b"authorization", b""))
    return match[2].decode("latin-1") if match else ""


def _missing_credentials_error(*, s3: bool) -> AwsError:
    if s3:
        return AwsError("AccessDenied", "Access Denied", 403)
    message = "Request is missing Authentication Token"
    return AwsError("MissingAuthenticationTokenException", message)


def _unknown_key_error(*, s3: bool) -> AwsError:
    if s3:
        message = "The AWS Access Key Id you provided does not exist in our records."
        return AwsError("InvalidAccessKeyId", message, 403)
    message = "The security token included in the request is invalid."
    return AwsError("UnrecognizedClientException", message)
