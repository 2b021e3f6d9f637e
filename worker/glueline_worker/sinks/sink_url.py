"""The URL of a sink, taken apart and shown without its secrets."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from glueline.contract.errors import UsageError

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_REFUSED = re.compile(r"[\x00-\x20\x7f#]")
_PASSWORD = re.compile(r"^([\w+.-]+:[^:@]*+):.*@", re.DOTALL)
_NO_PORT = re.compile(r"(://[^:@/?#]*):(?!\d+(?:[/?#,]|$)).*", re.DOTALL)
_HIDDEN = re.compile(r"pass|secret|token|key|credential", re.IGNORECASE)


def redacted(url: str) -> str:
    """Return ``url`` without password: safe for messages, logs and manifests.

    A password may hold ``@``, ``/`` or ``?`` unencoded, so all up to the last ``@`` is left out.
    """
    if _PASSWORD.match(url):
        hidden = _PASSWORD.sub(r"\1:***@", url)
    else:
        hidden = _NO_PORT.sub(r"\1:***", url)
    first, *others = hidden.split("&")
    path, mark, option = first.partition("?")
    return "&".join([path + mark + _without_value(option), *map(_without_value, others)])


def _without_value(option: str) -> str:
    """Return ``name=value`` with stars for the value where the name says that it is a secret."""
    found = _HIDDEN.search(option)
    end = option.find("=", found.end()) if found else -1
    return option if end < 0 else f"{option[: end + 1]}***"


@dataclass(frozen=True, slots=True)
class Location:
    """A sink's URL. ``path`` and ``options`` are percent-decoded; ``name`` holds no secret."""

    url: str = field(repr=False)
    name: str
    scheme: str
    host: str
    """What stands between ``//`` and the path, without user, password and port."""
    path: str = field(repr=False)
    options: dict[str, str] = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> "Location":
        """Take ``url`` apart; raises UsageError."""
        scheme, colon, _ = url.partition(":")
        if not colon or not _SCHEME.fullmatch(scheme):
            raise UsageError("a sink is named by a URL, for example sqlite:///glueline.db")
        name = redacted(url)
        if found := _REFUSED.search(url):
            wrong = found.group()
            raise UsageError(f"the sink {name!r} holds {wrong!r}; write it as {quote(wrong)}")
        if "%00" in url:
            raise UsageError(f"the sink {name!r} holds a NUL character, which no name can")
        try:
            parts = urlsplit(url)
        except ValueError:
            raise UsageError(f"the sink {name!r} cannot be understood as a URL") from None
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        host = parts.netloc.rpartition("@")[2].partition(":")[0]
        return cls(url, name, scheme.lower(), host, unquote(parts.path), options)

    @property
    def secret_options(self) -> list[str]:
        """The values of options that are kept out of texts."""
        return [value for option, value in self.options.items() if _HIDDEN.search(option)]

    def refuse_options_except(self, known: Collection[str], described: str = "") -> None:
        """Raise UsageError when the URL has an option that its sink does not know."""
        for option in self.options:
            if option not in known:
                allowed = described or ", ".join(sorted(known)) or "none"
                raise UsageError(
                    f"the sink {self.name!r} has the unknown option {option!r}; known: {allowed}"
                )
