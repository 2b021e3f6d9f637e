"""Sessions that read credentials from the environment and from profiles, within a time limit.

No provider of botocore's may ask a question that nobody answers, or wait without an end.
"""

import logging
import os
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from aiobotocore.session import AioSession
from botocore import exceptions as boto

from glueline_worker.aws.errors import AwsMisconfigured
from glueline_worker.aws.sessions.credential_errors import (
    explain_error,
    explain_mfa,
    explain_no_credentials,
    make_credentials_error,
)
from glueline_worker.aws.sessions.credential_process import start_credential_process
from glueline_worker.aws.sessions.http_session import load_certificates

T = TypeVar("T")

# These loggers repeat raised errors with a traceback; the unit's failure has a sentence of its own.
for _name in ("credentials", "tokens", "utils"):
    logging.getLogger(f"botocore.{_name}").setLevel(logging.ERROR)
    logging.getLogger(f"aiobotocore.{_name}").setLevel(logging.ERROR)


class ProfileSession(AioSession):
    """A session whose failure to get credentials says what to do about it."""

    async def get_credentials(self) -> Any:
        """Return the credentials; raises AwsError."""
        if self._credentials is None:
            resolver = self.get_component("credential_provider")
            _adapt_providers(resolver.providers, self)
            credentials = await _explain_failures(super().get_credentials, self)
            if credentials is None:
                raise explain_no_credentials(self)
            _explain_refresh(credentials, self)
        return self._credentials


def check_settings(session: AioSession) -> None:
    """Raise AwsError when the session's profile or certificates cannot be used."""
    try:
        session.get_scoped_config()  # with AWS_CA_BUNDLE the next line does not read the files
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
        _check_bundle(str(bundle))


def is_broken(key: str | None) -> bool:
    """Tell whether a key or token holds white space, such as a line break copied with it."""
    return key is not None and (" " in key or not key.isprintable())


def _check_bundle(path: str) -> None:
    try:
        load_certificates(path)
    except OSError as error:  # ssl.SSLError is one as well
        is_junk = isinstance(error, ssl.SSLError) or error.strerror is None
        reason = "it holds no certificates in PEM form" if is_junk else error.strerror
        raise AwsMisconfigured(
            f"the CA bundle {path} cannot be used: {reason}; correct AWS_CA_BUNDLE, "
            "REQUESTS_CA_BUNDLE or the profile's ca_bundle",
            code="ca_bundle",
        ) from None


def _explain_refresh(credentials: Any, session: AioSession) -> None:
    """Explain failures of credentials that are fetched when a call is signed as well."""
    freeze = credentials.get_frozen_credentials

    async def get_frozen_credentials() -> Any:
        frozen = await _explain_failures(freeze, session)
        for name in ("access_key", "secret_key", "token"):
            if is_broken(getattr(frozen, name, None)):
                # The HTTP client would refuse the header, in words that name no credentials.
                raise make_credentials_error(
                    f"no usable AWS credentials: the {name.replace('_', ' ')} holds white space "
                    "or a line break; write it without",
                    "credentials",
                )
        return frozen

    credentials.get_frozen_credentials = get_frozen_credentials


async def _explain_failures(step: Callable[[], Awaitable[T]], session: AioSession) -> T:
    try:
        return await step()
    except Exception as error:  # noqa: BLE001 - whatever comes, it is about credentials
        explained = explain_error(error, session)
    raise explained


def _adapt_providers(providers: Any, session: AioSession) -> None:
    """Let no provider ask a question that nobody answers, or wait without an end."""
    for provider in providers:
        if hasattr(provider, "_prompter"):
            provider._prompter = _make_prompter(session)  # noqa: SLF001
        if hasattr(provider, "_popen"):
            provider._popen = start_credential_process  # noqa: SLF001
        if hasattr(provider, "_token_loader_cls"):
            provider._token_loader_cls = _TokenFile  # noqa: SLF001
        builder = getattr(provider, "_profile_provider_builder", None)
        if builder is not None and not hasattr(builder, "glueline_adapted"):
            builder.glueline_adapted = True
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
        raise explain_mfa(session)

    return refuse


class _TokenFile:
    """Loads the token of a web identity, without a line break at its end."""

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
