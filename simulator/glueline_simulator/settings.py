"""The settings that can change while the simulator runs.

The command line and the control endpoint both pass text such as ``GetTables=50:10``, and both are
checked here.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from glueline_simulator.errors import UsageError
from glueline_simulator.faults import DEFAULT_FAULT_KINDS, FaultKind
from glueline_simulator.quota import Quota
from glueline_simulator.rules import CallRule, EndlessRule, HideRule, check_operation

_KINDS = ", ".join(kind.value for kind in FaultKind if kind is not FaultKind.OUTAGE)


def _parse_quotas(value: Any) -> Any:
    """Accept ``["GetTables=50:10"]`` and ``{"GetTables": 50}``."""
    return dict(_parse_quota_items(value))


def _parse_quota_items(value: Any) -> Iterable[tuple[str, Quota]]:
    pairs = value.items() if isinstance(value, Mapping) else map(_split_quota, _to_items(value))
    for operation, quota in pairs:
        yield (
            check_operation(operation),
            quota if isinstance(quota, Quota) else Quota.parse(f"{quota}"),
        )


def _split_quota(text: Any) -> tuple[str, str]:
    operation, equals, quota = f"{text}".partition("=")
    if not equals:
        message = f"{text!r} is no quota; write OPERATION=CALLS_A_SECOND, as in GetTables=50"
        raise UsageError(message)
    return operation.strip(), quota.strip()


def _parse_kinds(value: Any) -> tuple[FaultKind, ...]:
    names = [part.strip() for text in _to_items(value) for part in f"{text}".split(",")]
    for name in names:
        if name not in _KINDS.split(", "):
            message = f"{name!r} is no kind of fault; the kinds are {_KINDS}"
            raise UsageError(message)
    return tuple(FaultKind(name) for name in names)


def _parse_calls(value: Any) -> tuple[CallRule, ...]:
    return tuple(
        rule if isinstance(rule, CallRule) else CallRule.parse(f"{rule}")
        for rule in _to_items(value)
    )


def _parse_endless(value: Any) -> tuple[EndlessRule, ...]:
    return tuple(
        rule if isinstance(rule, EndlessRule) else EndlessRule.parse(f"{rule}")
        for rule in _to_items(value)
    )


def _parse_hide(value: Any) -> tuple[HideRule, ...]:
    return tuple(
        rule if isinstance(rule, HideRule) else HideRule.parse(f"{rule}")
        for rule in _to_items(value)
    )


def _parse_keys(value: Any) -> Any:
    if value is None:
        return None
    return frozenset(part.strip() for text in _to_items(value) for part in f"{text}".split(","))


def _parse_secrets(value: Any) -> Any:
    """Accept ``["name=text"]`` and ``{"name": "text"}``."""
    if isinstance(value, Mapping):
        return value
    pairs = [f"{text}".partition("=") for text in _to_items(value)]
    if not all(name and equals for name, equals, _ in pairs):
        message = "a secret is written NAME=TEXT"
        raise UsageError(message)
    return {name: text for name, _, text in pairs}


def _to_items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple | set | frozenset) else [value]


_Texts = PlainSerializer(lambda rules: [str(rule) for rule in rules], return_type=list[str])


class Expressions(StrEnum):
    """The ways to treat the ``Expression`` of GetTables."""

    INDEXED = "indexed"
    """Pages are full of matching tables."""
    FILTERED = "filtered"
    """Each page filters a page of all tables, so most pages are short or empty."""
    IGNORED = "ignored"
    REFUSED = "refused"


class Settings(BaseModel):
    """The behaviour of the simulator, without its catalogue. Times are in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    latency: float = Field(0.0, ge=0, le=600)
    quota: Annotated[
        dict[str, Quota],
        BeforeValidator(_parse_quotas),
        PlainSerializer(lambda quotas: {name: str(quota) for name, quota in quotas.items()}),
    ] = {}
    faults: float = Field(0.0, ge=0, le=1)
    fault_kinds: Annotated[tuple[FaultKind, ...], BeforeValidator(_parse_kinds)] = (
        DEFAULT_FAULT_KINDS
    )
    fault_hang: float = Field(5.0, ge=0, le=600)
    deny: Annotated[tuple[CallRule, ...], BeforeValidator(_parse_calls), _Texts] = ()
    hold: Annotated[tuple[CallRule, ...], BeforeValidator(_parse_calls), _Texts] = ()
    hide: Annotated[tuple[HideRule, ...], BeforeValidator(_parse_hide), _Texts] = ()
    ragged: bool = False
    endless: Annotated[tuple[EndlessRule, ...], BeforeValidator(_parse_endless), _Texts] = ()
    expressions: Expressions = Expressions.INDEXED
    token_seconds: float | None = Field(None, gt=0)
    session_seconds: float = Field(3600.0, gt=0)
    secrets: Annotated[dict[str, str], BeforeValidator(_parse_secrets)] = {}
    events: str | None = Field(None, min_length=1, max_length=80)
    accept_keys: Annotated[frozenset[str] | None, BeforeValidator(_parse_keys)] = None

    def with_changes(self, changes: Mapping[str, Any]) -> "Settings":
        """Return these settings with changes; raises `UsageError`."""
        return make_settings({**dict(self), **changes})


def make_settings(values: Mapping[str, Any]) -> Settings:
    """Make settings from options or JSON; raises `UsageError`."""
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = ", ".join(Settings.model_fields)
            message = f"{name!r} is no setting; the settings are {known}"
        else:
            message = f"{name}: {first['msg'][0].lower()}{first['msg'][1:]}, not {first['input']!r}"
        raise UsageError(message) from None
