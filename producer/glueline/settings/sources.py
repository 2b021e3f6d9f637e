"""Sources: the named places to extract from, declared one by one or by a template for many.

Nothing here reaches AWS: keys are references, which only workers resolve.
"""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from glueline.contract.filters import Filters
from glueline.contract.messages import SourceName
from glueline.contract.model import StrictModel

_REFERENCE_FORMS = "env:NAME, file:PATH, secretsmanager:ID, secretsmanager:ID#KEY or ssm:NAME"
_REFERENCE = re.compile(r"(env|file|secretsmanager|ssm):\S.*")


def _check_reference(text: str) -> str:
    if _REFERENCE.fullmatch(text) is None:
        raise ValueError(f"a key stands here by reference only: {_REFERENCE_FORMS}")
    return text


Reference = Annotated[str, AfterValidator(_check_reference)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Operation = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]+$")]
TagKey = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^=\s]+$")]
TagValue = Annotated[str, Field(max_length=256)]


class Role(StrictModel):
    """A role to assume on the way to a source."""

    arn: Annotated[str, Field(pattern=r"^arn:aws[\w-]*:iam::\d{12}:role/.+$")]
    external_id: str | None = None

    @property
    def account(self) -> str:
        """The account that the role belongs to."""
        return self.arn.split(":")[4]


class QuotaLimits(StrictModel):
    """The most calls per second that are made to a source; what is learnt may be less."""

    overall: Rate | None = None
    """Calls per second, all operations together."""
    operations: dict[Operation, Rate] = Field(default_factory=dict)
    """Calls per second of single operations: `{ GetTables = 5 }`."""


class Source(StrictModel):
    """A named place to extract from. What is not given comes from AWS's own configuration."""

    region: str | None = None
    profile: str | None = None
    access_key: Reference | None = None
    """Where workers find the access key id: `env:NAME`, `file:PATH`, `secretsmanager:ID#KEY` or
    `ssm:NAME`; a key itself is refused."""
    secret_key: Reference | None = None
    """Where workers find the secret access key."""
    session_token: Reference | None = None
    """Where workers find the session token of temporary keys."""
    secrets_from: SourceName | None = None
    """The source whose credentials read `secretsmanager:` and `ssm:` references, else AWS's own
    configuration."""
    roles: tuple[Role, ...] = ()
    """Assumed one after the other; the last one reads the catalogue."""
    catalog_id: str | None = None
    endpoint_url: str | None = None
    filters: Filters = Filters()
    """The part of the source that is read; a request can narrow it, not widen it."""
    quota: QuotaLimits = QuotaLimits()
    """Upper limits of calls."""
    tags: dict[TagKey, TagValue] = Field(default_factory=dict)
    """Tags to choose sources by: `--tag team=sales`."""

    @model_validator(mode="after")
    def _keys_are_whole(self) -> "Source":
        if (self.access_key is None) != (self.secret_key is None):
            missing = "access_key" if self.access_key is None else "secret_key"
            raise ValueError(f"access_key and secret_key go together: {missing} is missing")
        if self.session_token is not None and self.access_key is None:
            raise ValueError("session_token needs access_key and secret_key beside it")
        if self.profile is not None and self.access_key is not None:
            raise ValueError("profile and access_key are two ways to say the same: choose one")
        if self.secrets_from is not None and not self.references("secretsmanager:", "ssm:"):
            raise ValueError("secrets_from is of use only beside secretsmanager: and ssm: keys")
        return self

    @property
    def account(self) -> str | None:
        """The account, as far as the settings tell."""
        if self.roles:
            return self.roles[-1].account
        found = re.match(r"\d{12}", self.catalog_id or "")
        return found[0] if found else None

    def references(self, *kinds: str) -> tuple[str, ...]:
        """Return the references to keys that begin with one of ``kinds``."""
        keys = (self.access_key, self.secret_key, self.session_token)
        return tuple(dict.fromkeys(key for key in keys if key and key.startswith(kinds)))

    def has_tags(self, wanted: dict[str, str]) -> bool:
        """Tell whether the source has all these tags."""
        return wanted.items() <= self.tags.items()


class SourceSummary(StrictModel):
    """The public part of a source."""

    name: str
    region: str | None = None
    account: str | None = None
    """As far as the settings tell."""
    catalog_id: str | None = None
    profile: str | None = None
    roles: tuple[str, ...] = ()
    filters: Filters = Filters()
    quota: QuotaLimits = QuotaLimits()
    tags: dict[str, str] = Field(default_factory=dict)


def summarize_source(name: str, source: Source) -> SourceSummary:
    """Return the public part of a source: no references, external ids and endpoints."""
    shown: dict[str, Any] = {
        field: getattr(source, field)
        for field in ("region", "account", "catalog_id", "profile", "filters", "quota", "tags")
    }
    return SourceSummary(name=name, roles=tuple(role.arn for role in source.roles), **shown)
