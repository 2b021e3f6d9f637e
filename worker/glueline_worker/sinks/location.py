"""The URL of a sink, taken apart and shown without its secrets."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from glueline.contract.errors import UsageError

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_REFUSED = re.compile(r"[\x00-\x20\x7f#]")
_PASSWORD = re.compile(r"^([\w+.-]+:/*[^:@]*):.*@", re.DOTALL)
_NO_PORT = re.compile(r"(://[^:@/?#]*):(?!\d+(?:[/?#,]|$)).*", re.DOTALL)
_SECRET_OPTION = re.compile(
    r"([?&][^=&]*(?:pass|secret|token|key|credential)[^=&]*=)[^&]*", re.IGNORECASE
)


def redacted(url: str) -> str:
    """Return ``url`` without password: safe for messages, logs and manifests.

    A password may hold ``@``, ``/`` or ``?`` unencoded, so all up to the last ``@`` is left out.
    """
    if _PASSWORD.match(url):
        hidden = _PASSWORD.sub(r"\1:***@", url)
    else:
        hidden = _NO_PORT.sub(r"\1:***", url)
    return _SECRET_OPTION.sub(r"\1***", hidden)


@dataclass(frozen=True, slots=True)
class Location:
    """A sink's URL. ``path`` and ``options`` are percent-decoded; ``name`` holds no secret."""

    url: str = field(repr=False)
    name: str
    scheme: str
    authority: str = field(repr=False)
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
        try:
            parts = urlsplit(url)
        except ValueError:
            raise UsageError(f"the sink {name!r} cannot be understood as a URL") from None
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        return cls(url, name, scheme.lower(), parts.netloc, unquote(parts.path), options)

    def refuse_options_except(self, known: Collection[str]) -> None:
        """Raise UsageError when the URL has an option that its sink does not know."""
        for option in self.options:
            if option not in known:
                allowed = ", ".join(sorted(known)) or "none"
                raise UsageError(
                    f"the sink {self.name!r} has the unknown option {option!r}; known: {allowed}"
                )
