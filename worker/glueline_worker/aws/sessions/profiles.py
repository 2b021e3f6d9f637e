"""Credentials of the environment and of profiles: bounded in time, and told in one sentence.

botocore reads them from a dozen places. What goes wrong there comes as an error of the file
system, of a JSON parser or of botocore, when the first call is signed, and says neither which
profile it was nor what to do. It is always one of the credentials: no call was made.
"""

import asyncio
import logging
import os
import signal
import ssl
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import orjson
from aiobotocore.session import AioSession
from botocore import exceptions as boto

from glueline.contract.errors import GluelineError, Retryable
from glueline_worker.aws.errors import (
    AwsCredentials,
    AwsMisconfigured,
    AwsTransient,
    classify_error,
)
from glueline_worker.redact import redact_text

T = TypeVar("T")

CREDENTIAL_PROCESS_SECONDS = 30.0
"""The longest that a ``credential_process`` may take."""
_OUTPUT_LIMIT = 64 * 1024
"""Bytes that a ``credential_process`` may print."""
_LOGIN_WORDS = ("Login", "SSO", "TokenRetrieval", "Unauthorized")
_TOKEN_FILES = ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN")

# They log what is raised as well, with a traceback; the unit's failure says it in a sentence.
for _name in ("credentials", "tokens", "utils"):
    logging.getLogger(f"botocore.{_name}").setLevel(logging.ERROR)
    logging.getLogger(f"aiobotocore.{_name}").setLevel(logging.ERROR)


class ProfileSession(AioSession):
    """A session whose failure to get credentials says what to do about it."""

    async def get_credentials(self) -> Any:
        """The credentials; raises AwsError."""
        if self._credentials is None:
            resolver = self.get_component("credential_provider")
            _adapt_providers(resolver.providers, self)
            credentials = await _explain_failures(super().get_credentials, self)
            if credentials is None:
                raise make_credentials_error(_explain_no_credentials(self), "credentials")
            _explain_refresh(credentials, self)
        return self._credentials


def check_settings(session: AioSession) -> None:
    """Raise AwsError when the session's profile or certificates cannot be used."""
    try:
        bundle = session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
    except boto.ProfileNotFound:
        name = str(session.profile or os.environ.get("AWS_PROFILE"))
        raise make_credentials_error(
            f"no usable AWS credentials: there is no profile {name!r}; run "
            f"`aws configure --profile {name}`, or name another profile",
            "credentials",
        ) from None
    except boto.ConfigParseError as error:
        path = error.kwargs.get("path")
        raise make_credentials_error(
            f"no usable AWS credentials: the file {path} is no AWS configuration; correct it",
            "credentials",
        ) from None
    if bundle:
        _check_bundle(Path(str(bundle)))


def _check_bundle(path: Path) -> None:
    try:
        about = path.stat()
        _load_bundle(str(path), about.st_mtime_ns, about.st_size)
    except OSError as error:  # which ssl.SSLError is as well
        is_junk = isinstance(error, ssl.SSLError) or error.strerror is None
        reason = "it holds no certificates in PEM form" if is_junk else error.strerror
        raise AwsMisconfigured(
            f"the CA bundle {path} cannot be used: {reason}; correct AWS_CA_BUNDLE, "
            "REQUESTS_CA_BUNDLE or the profile's ca_bundle",
            code="ca_bundle",
        ) from None


@lru_cache(maxsize=16)
def _load_bundle(path: str, _changed: int, _size: int) -> None:
    """Load it as the HTTP client will; a file that did not change is not read again."""
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)


def _explain_refresh(credentials: Any, session: AioSession) -> None:
    """Let credentials that are fetched when a call is signed fail in the same way."""
    freeze = credentials.get_frozen_credentials

    async def explained() -> Any:
        frozen = await _explain_failures(freeze, session)
        for what in ("access_key", "secret_key", "token"):
            if is_broken(getattr(frozen, what, None)):
                # The HTTP client would refuse the header, in words that name no credentials.
                raise make_credentials_error(
                    f"no usable AWS credentials: the {what.replace('_', ' ')} holds white space "
                    "or a line break; write it without",
                    "credentials",
                )
        return frozen

    credentials.get_frozen_credentials = explained


def is_broken(key: str | None) -> bool:
    """Whether a key or token holds what none does, as a line break that was copied with it."""
    return any(one.isspace() or not one.isprintable() for one in key or "")


async def _explain_failures(step: Callable[[], Awaitable[T]], session: AioSession) -> T:
    try:
        return await step()
    except Exception as error:  # noqa: BLE001 - whatever comes, it is about credentials
        _raise(error, session)


def _raise(error: Exception, session: AioSession) -> NoReturn:
    if isinstance(error, AwsCredentials):
        raise error
    name = get_profile_name(session)
    if _is_login_error(error):
        raise make_credentials_error(_explain_login(name, session, error), "login") from None
    reason, code, may_pass = _find_reason(error)
    of = f" of profile {name!r}" if _has_profile(session) else ""
    said = f"no usable AWS credentials: those{of} cannot be read: {reason}"
    if may_pass:
        raise AwsTransient(said, code=code) from None
    raise make_credentials_error(said, code) from None


def make_credentials_error(said: str, code: str) -> AwsCredentials:
    """The error of credentials whose sentence says what to do."""
    error = AwsCredentials(said, code=code)
    error.advice = "then replay the run"
    return error


def _find_reason(error: Exception) -> tuple[str, str, bool]:
    """Why credentials cannot be read, the code of that, and whether another try may help."""
    if isinstance(error, boto.ClientError):
        understood = classify_error(error, error.operation_name)
        return str(understood), understood.code, isinstance(understood, Retryable)
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        return _explain_file_error(error), "credentials", False
    if isinstance(error, boto.BotoCoreError | OSError):
        understood = classify_error(error, "credentials")
        said = str(understood).removeprefix("credentials: no usable AWS credentials ")
        return said, understood.code, isinstance(understood, Retryable)
    if isinstance(error, GluelineError):
        return str(error), error.code, isinstance(error, Retryable)
    return _explain_library_error(str(error), type(error)), "credentials", False


def _explain_library_error(said: str, kind: type[Exception]) -> str:
    if "header value" in said:
        named = next((name for name in _TOKEN_FILES if os.environ.get(name)), _TOKEN_FILES[0])
        return f"the token that {named} leads to holds a line break; write it without one"
    if "still expired" in said:
        return "they are expired; renew them"
    if issubclass(kind, LookupError):
        return f"the answer holds no {redact_text(said)}; look at what gives them"
    line = next(iter(redact_text(said).splitlines()), "") or kind.__name__
    return f"they are malformed ({line}); correct them in the AWS configuration"


def _explain_file_error(error: OSError) -> str:
    path = str(error.filename)
    named = (name for name, value in os.environ.items() if value == path)
    variable = next((f", which {name} names," for name in named if name.startswith("AWS_")), "")
    return (
        f"the file {path}{variable} cannot be read: {error.strerror}; create it or correct the path"
    )


def get_profile_name(session: AioSession) -> str:
    """The name of the profile that a session uses."""
    return str(session.get_config_variable("profile") or "default")


def _get_profiles(session: AioSession) -> Mapping[str, Mapping[str, Any]]:
    try:
        found: Mapping[str, Mapping[str, Any]] = session.full_config.get("profiles", {})
    except boto.BotoCoreError:  # it cannot be parsed, which the error itself says
        return {}
    return found


def _has_profile(session: AioSession) -> bool:
    return get_profile_name(session) in _get_profiles(session)


def _iterate_chain(name: str, session: AioSession) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A profile and those that it takes its credentials from, with their fields."""
    profiles, seen = _get_profiles(session), set[str]()
    while name in profiles and name not in seen:
        seen.add(name)
        yield name, profiles[name]
        name = str(profiles[name].get("source_profile", ""))


def _is_login_error(error: BaseException) -> bool:
    name = type(error).__name__
    return isinstance(error, boto.BotoCoreError) and name.startswith(_LOGIN_WORDS)


def _explain_login(name: str, session: AioSession, error: BaseException) -> str:
    is_sso = not type(error).__name__.startswith("Login")
    start = "sso_" if is_sso else "login_session"
    found = (
        n for n, fields in _iterate_chain(name, session) if any(k.startswith(start) for k in fields)
    )
    of = next(found, name)
    what, command = ("SSO login", "aws sso login") if is_sso else ("login", "aws login")
    return f"there is no valid {what} for profile {of!r}: run `{command} --profile {of}`"


def _explain_no_credentials(session: AioSession) -> str:
    name = get_profile_name(session)
    for of, fields in _iterate_chain(name, session):
        if "login_session" in fields:
            return (
                f"profile {of!r} uses `aws login`, which this release of botocore cannot read: "
                f"run `aws configure export-credentials --profile {of} --format env` and use "
                "the keys that it prints, or update aioboto3"
            )
    if _has_profile(session):
        return (
            f"no usable AWS credentials: profile {name!r} holds none; run "
            f"`aws configure --profile {name}`, or name another profile"
        )
    return (
        "no usable AWS credentials: none were found; set AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY, or a profile (`aws configure`), or run where a role is attached"
    )


def _adapt_providers(providers: Any, session: AioSession) -> None:
    """Let no provider ask a question that nobody answers, nor wait for ever."""
    for provider in providers:
        if hasattr(provider, "_prompter"):
            provider._prompter = _make_prompter(session)  # noqa: SLF001
        if hasattr(provider, "_popen"):
            provider._popen = _start_process  # noqa: SLF001
        if hasattr(provider, "_token_loader_cls"):
            provider._token_loader_cls = _TokenFile  # noqa: SLF001
        builder = getattr(provider, "_profile_provider_builder", None)
        if builder is not None and not hasattr(builder, "glueline_tamed"):
            builder.glueline_tamed = True
            _adapt_builder(builder, session)


def _adapt_builder(builder: Any, session: AioSession) -> None:
    build = builder.providers

    def providers(*args: Any, **kwargs: Any) -> Any:
        built = build(*args, **kwargs)
        _adapt_providers(built, session)
        return built

    builder.providers = providers


def _make_prompter(session: AioSession) -> Callable[[str], str]:
    def refuse(_question: str) -> str:
        name = get_profile_name(session)
        of = next(
            (n for n, fields in _iterate_chain(name, session) if "mfa_serial" in fields), name
        )
        raise make_credentials_error(
            f"profile {of!r} asks for an MFA code (mfa_serial), which nobody can type here: run "
            "`aws sts get-session-token --serial-number ARN --token-code CODE` and give its keys "
            "and token to a profile or to AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "
            "AWS_SESSION_TOKEN, or name a role in the source that needs no code",
            "mfa",
        )

    return refuse


class _CredentialProcess:
    """A ``credential_process`` that ends in time, and with a JSON object."""

    def __init__(self, process: asyncio.subprocess.Process, command: str) -> None:
        self._process = process
        self._command = command

    @property
    def returncode(self) -> int | None:
        """As the process ended."""
        return self._process.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        """What it printed; raises AwsCredentials."""
        try:
            async with asyncio.timeout(CREDENTIAL_PROCESS_SECONDS):
                printed, complaint = await self._process.communicate()
        except TimeoutError:
            raise self._bad(f"has not ended after {CREDENTIAL_PROCESS_SECONDS:g} s") from None
        finally:
            await self._end()
        if self.returncode:
            line = redact_text(complaint[:2000].decode("utf-8", "replace")).strip().splitlines()
            raise self._bad(f"failed with exit code {self.returncode}", line[-1] if line else "")
        if len(printed) > _OUTPUT_LIMIT or not _is_object(printed):
            raise self._bad("did not print credentials as a JSON object")
        return printed, complaint

    async def _end(self) -> None:
        """Kill it with its children if it goes on."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            with suppress(TimeoutError):  # of a child that left the group and keeps the pipes
                await asyncio.wait_for(self._process.wait(), 2)

    def _bad(self, what: str, line: str = "") -> AwsCredentials:
        return make_credentials_error(
            f"credential_process {self._command} {what}{f': {line}' if line else ''}; "
            "run it by hand to see why",
            "credential_process",
        )


async def _start_process(*command: str, **_: Any) -> _CredentialProcess:
    # The arguments may hold secrets, so only the program is named.
    program = command[0] if command else ""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or "it names no program"
        raise make_credentials_error(
            f"credential_process {program} cannot be started: {reason}; correct it in the profile",
            "credential_process",
        ) from None
    return _CredentialProcess(process, program)


def _is_object(printed: bytes) -> bool:
    """Whether it is an object whose keys, if they are there, are texts."""
    try:
        found = orjson.loads(printed)
    except orjson.JSONDecodeError:
        return False
    return isinstance(found, dict) and all(
        isinstance(found.get(name, ""), str) for name in ("AccessKeyId", "SecretAccessKey")
    )


class _TokenFile:
    """The token of a web identity; a line break at its end is none of it."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def __call__(self) -> str:
        token = self._path.read_text("utf-8").strip()
        if not token or len(token.split()) > 1:
            raise make_credentials_error(
                f"no usable AWS credentials: the file {self._path} (AWS_WEB_IDENTITY_TOKEN_FILE) "
                "holds no token; write one line into it",
                "credentials",
            )
        return token
