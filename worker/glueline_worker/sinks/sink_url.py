"""Parse the URL of a sink, and show it without its secrets."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from glueline.contract.errors import UsageError

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f#]")
_PASSWORD = re.compile(r"^([\w+.-]+:[^:@]*+):.*@", re.DOTALL)
_NO_PORT = re.compile(r"(://[^:@/?#]*):(?!\d+(?:[/?#,]|$)).*", re.DOTALL)
_SECRET_NAME = re.compile(r"pass|secret|token|key|credential", re.IGNORECASE)


def redact_sink_url(url: str) -> str:
    """Return ``url`` without its password: safe for messages, logs and manifests.

    A password may hold ``@``, ``/`` or ``?`` unencoded, so everything up to the last ``@`` goes.
    """
    if _PASSWORD.match(url):
        redacted = _PASSWORD.sub(r"\1:***@", url)
    else:
        redacted = _NO_PORT.sub(r"\1:***", url)
    first, *others = redacted.split("&")
    path, mark, option = first.partition("?")
    return "&".join([path + mark + _redact_option(option), *map(_redact_option, others)])


def _redact_option(option: str) -> str:
    """Replace the value of ``name=value`` by stars where the name says that it is a secret."""
    found = _SECRET_NAME.search(option)
    end = option.find("=", found.end()) if found else -1
    return option if end < 0 else f"{option[: end + 1]}***"


@dataclass(frozen=True, slots=True)
class SinkUrl:
    """The parts of a sink's URL.

    ``path`` and ``options`` are percent-decoded. ``name`` is the URL without secrets.
    """

    url: str = field(repr=False)
    name: str
    scheme: str
    host: str
    """The text between ``//`` and the path, without user, password and port."""
    path: str = field(repr=False)
    options: dict[str, str] = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> "SinkUrl":
        """Parse ``url``; raises UsageError."""
        scheme, colon, _ = url.partition(":")
        if not colon or not _SCHEME.fullmatch(scheme):
            raise UsageError("a sink is named by a URL, for example sqlite:///glueline.db")
        name = redact_sink_url(url)
        if found := _FORBIDDEN.search(url):
            char = found.group()
            raise UsageError(f"the sink {name!r} holds {char!r}; write it as {quote(char)}")
        if "%00" in url:
            raise UsageError(f"the sink {name!r} holds a NUL character, which no name may hold")
        try:
            parts = urlsplit(url)
        except ValueError:
            raise UsageError(f"the sink {name!r} is not a valid URL") from None
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        host = parts.netloc.rpartition("@")[2].partition(":")[0]
        return cls(url, name, scheme.lower(), host, unquote(parts.path), options)

    @property
    def secret_options(self) -> list[str]:
        """The values of options that no text may show."""
        return [value for option, value in self.options.items() if _SECRET_NAME.search(option)]

    def refuse_options_except(self, known: Collection[str], description: str = "") -> None:
        """Raise UsageError when the URL has an option that its sink does not know.

        ``description`` stands for ``known`` in the error where the list would be too long.
        """
        for option in self.options:
            if option not in known:
                allowed = description or ", ".join(sorted(known)) or "none"
                raise UsageError(
                    f"the sink {self.name!r} has the unknown option {option!r}; known: {allowed}"
                )
