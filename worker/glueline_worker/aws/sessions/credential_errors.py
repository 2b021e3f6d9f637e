"""Explain in one sentence why there are no credentials, and what to do.

botocore reads credentials from a dozen places. What goes wrong there comes as an error of the file
system, of a JSON parser or of botocore, when the first call is signed, and names neither the
profile nor a remedy. It is always an error of the credentials: no call was made.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from aiobotocore.session import AioSession
from botocore import exceptions as boto

from glueline.contract.errors import GluelineError, Retryable
from glueline_worker.aws.errors import AwsCredentials, AwsTransient, classify_error
from glueline_worker.redact import redact_text

_LOGIN_ERRORS = ("Login", "SSO", "TokenRetrieval", "Unauthorized")
"""The beginnings of the names of botocore's errors about logins."""
_TOKEN_VARIABLES = ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN")


def make_credentials_error(sentence: str, code: str) -> AwsCredentials:
    """Make an error of the credentials whose ``sentence`` says what to do."""
    error = AwsCredentials(sentence, code=code)
    error.advice = "then replay the run"
    return error


def explain_error(error: Exception, session: AioSession) -> GluelineError:
    """Turn any error of reading credentials into one that says what to do."""
    if isinstance(error, AwsCredentials):
        return error
    name = _get_profile_name(session)
    if _is_login_error(error):
        return make_credentials_error(_explain_login(name, session, error), "login")
    reason, code, may_pass = _find_reason(error)
    of = f" of profile {name!r}" if _has_profile(session) else ""
    sentence = f"no usable AWS credentials: those{of} cannot be read: {reason}"
    if may_pass:
        return AwsTransient(sentence, code=code)
    return make_credentials_error(sentence, code)


def explain_no_credentials(session: AioSession) -> AwsCredentials:
    """Make the error for a session without any credentials."""
    return make_credentials_error(_explain_missing(session), "credentials")


def explain_mfa(session: AioSession) -> AwsCredentials:
    """Make the error for a profile that asks for an MFA code."""
    name = _get_profile_name(session)
    chain = _iterate_chain(name, session)
    profile = next((n for n, fields in chain if "mfa_serial" in fields), name)
    return make_credentials_error(
        f"profile {profile!r} asks for an MFA code (mfa_serial), which nobody can type here: run "
        "`aws sts get-session-token --serial-number ARN --token-code CODE` and give its keys "
        "and token to a profile or to AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "
        "AWS_SESSION_TOKEN, or name a role in the source that needs no code",
        "mfa",
    )


def _get_profile_name(session: AioSession) -> str:
    """Return the name of the profile that a session uses."""
    return str(session.get_config_variable("profile") or "default")


def _find_reason(error: Exception) -> tuple[str, str, bool]:
    """Return why credentials cannot be read, its code, and whether another try may help."""
    if isinstance(error, boto.ClientError):
        known = classify_error(error, error.operation_name)
        return str(known), known.code, isinstance(known, Retryable)
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        return _explain_file_error(error), "credentials", False
    if isinstance(error, boto.BotoCoreError | OSError):
        known = classify_error(error, "credentials")
        reason = str(known).removeprefix("credentials: no usable AWS credentials ")
        return reason, known.code, isinstance(known, Retryable)
    if isinstance(error, GluelineError):
        return str(error), error.code, isinstance(error, Retryable)
    return _explain_library_error(str(error), type(error)), "credentials", False


def _explain_library_error(message: str, kind: type[Exception]) -> str:
    if "header value" in message:
        variables = _TOKEN_VARIABLES
        variable = next((name for name in variables if os.environ.get(name)), variables[0])
        return f"the token that {variable} leads to holds a line break; write it without one"
    if "still expired" in message:
        return "they are expired; renew them"
    if issubclass(kind, LookupError):
        return f"the answer holds no {redact_text(message)}; look at what gives them"
    line = next(iter(redact_text(message).splitlines()), "") or kind.__name__
    return f"they are malformed ({line}); correct them in the AWS configuration"


def _explain_file_error(error: OSError) -> str:
    path = str(error.filename)
    named = (name for name, value in os.environ.items() if value == path)
    variable = next((f", which {name} names," for name in named if name.startswith("AWS_")), "")
    return (
        f"the file {path}{variable} cannot be read: {error.strerror}; create it or correct the path"
    )


def _is_login_error(error: BaseException) -> bool:
    name = type(error).__name__
    return isinstance(error, boto.BotoCoreError) and name.startswith(_LOGIN_ERRORS)


def _explain_login(name: str, session: AioSession, error: BaseException) -> str:
    is_sso = not type(error).__name__.startswith("Login")
    start = "sso_" if is_sso else "login_session"
    chain = _iterate_chain(name, session)
    found = (n for n, fields in chain if any(field.startswith(start) for field in fields))
    profile = next(found, name)
    what, command = ("SSO login", "aws sso login") if is_sso else ("login", "aws login")
    return f"there is no valid {what} for profile {profile!r}: run `{command} --profile {profile}`"


def _explain_missing(session: AioSession) -> str:
    name = _get_profile_name(session)
    for profile, fields in _iterate_chain(name, session):
        if "login_session" in fields:
            return (
                f"profile {profile!r} uses `aws login`, which this release of botocore cannot "
                f"read: run `aws configure export-credentials --profile {profile} --format env` "
                "and use the keys that it prints, or update aioboto3"
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


def _get_profiles(session: AioSession) -> Mapping[str, Mapping[str, Any]]:
    try:
        found: Mapping[str, Mapping[str, Any]] = session.full_config.get("profiles", {})
    except boto.BotoCoreError:  # the file cannot be parsed, which the explained error says already
        return {}
    return found


def _has_profile(session: AioSession) -> bool:
    return _get_profile_name(session) in _get_profiles(session)


def _iterate_chain(name: str, session: AioSession) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield a profile and the profiles that it takes its credentials from, with their fields."""
    profiles, seen = _get_profiles(session), set[str]()
    while name in profiles and name not in seen:
        seen.add(name)
        yield name, profiles[name]
        name = str(profiles[name].get("source_profile", ""))
