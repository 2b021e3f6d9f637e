"""Templates: one source for each account of a list, in each of some regions."""

import os
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr, TypeAdapter, model_validator

from glueline.contract.messages import SourceName
from glueline.contract.model import StrictModel
from glueline.settings.sources import Source

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_NAME: TypeAdapter[str] = TypeAdapter(SourceName)
_ACCOUNT = "an account is 12 digits in quotation marks, or { id = …, alias = … }"


class Account(StrictModel):
    """An account of a template."""

    id: Annotated[str, Field(pattern=r"^\d{12}$")]
    """12 digits."""
    alias: Annotated[str, Field(pattern=r"^[\w.-]+$")] | None = None
    """Its name in `{alias}`, else its id."""


def _parse_account(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{12}", value):
        return {"id": value}
    if isinstance(value, Mapping | Account):
        return value
    raise ValueError(_ACCOUNT)


class Template(StrictModel):
    """Sources that differ in account and region only.

    All other fields are those of a source; their texts may hold ``{account}``, ``{alias}``,
    ``{region}`` and ``{template}``.
    """

    model_config = ConfigDict(extra="allow")

    name: str | None = None
    """The sources' names, else `{template}-{alias}`, with `-{region}` when there are several."""
    accounts: tuple[Annotated[Account, BeforeValidator(_parse_account)], ...] = ()
    """Ids, or tables with `id` and `alias`."""
    accounts_file: str | None = None
    """More accounts: a file with an id and, if you like, an alias in each line; `#` begins a
    comment. Its path starts at the folder of `glueline.toml`."""
    regions: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """A source for each of them, else the region of AWS's own configuration."""

    _all: tuple[Account, ...] = PrivateAttr(default=())
    _named: dict[str, Source] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _is_understood(self) -> "Template":
        self._all = (*self.accounts, *_read_accounts_file(self.accounts_file))
        if not self._all:
            raise ValueError("a template needs accounts or an accounts_file with some")
        if "region" in (self.model_extra or {}):
            raise ValueError("a template has regions, a list, and no region")
        # One source shows every mistake, except in the values of placeholders.
        self._source(self._values("template", self._all[0], next(iter(self.regions), "")))
        return self

    def sources(self, key: str) -> dict[str, Source]:
        """Return the sources by name; ``key`` is the template's own. Raises ValueError."""
        if not self._named:
            self._named.update(self._expand(key))
        return self._named

    def _expand(self, key: str) -> dict[str, Source]:
        several = "-{region}" if len(self.regions) > 1 else ""
        pattern = self.name or "{template}-{alias}" + several
        found: dict[str, Source] = {}
        for account, region in product(self._all, self.regions or ("",)):
            values = self._values(key, account, region)
            name = _fill(pattern, values)
            if not _is_name(name):
                raise ValueError(
                    f"{name!r} is no name of a source: letters, digits, _, . and -, 64 at most"
                )
            if name in found:
                raise ValueError(
                    f"two sources would be called {name!r}: every account stands in the list once, "
                    "and name tells apart by {account} or {alias}, and {region}"
                )
            found[name] = self._source(values)
        return found

    def _source(self, values: dict[str, str]) -> Source:
        filled = _fill(self.model_extra or {}, values)
        return Source.model_validate({**filled, "region": values["region"] or None})

    @staticmethod
    def _values(key: str, account: Account, region: str) -> dict[str, str]:
        alias = account.alias or account.id
        return {"template": key, "account": account.id, "alias": alias, "region": region}


def config_path() -> Path:
    """Return the path of the settings' file, whether it exists or not."""
    return Path(os.environ.get("GLUELINE_CONFIG") or "glueline.toml")


def _fill(value: Any, values: dict[str, str]) -> Any:
    """Replace every placeholder in the texts of a value; raises ValueError about unknown ones."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: _find_value(found[1], values), value)
    if isinstance(value, Mapping):
        return {key: _fill(inner, values) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_fill(inner, values) for inner in value]
    return value


def _find_value(name: str, values: dict[str, str]) -> str:
    if name not in values:
        known = ", ".join(f"{{{known}}}" for known in values)
        raise ValueError(f"there is no placeholder {{{name}}}; the known ones are {known}")
    return values[name]


def _is_name(name: str) -> bool:
    try:
        _NAME.validate_python(name)
    except ValueError:
        return False
    return True


def _read_accounts_file(file: str | None) -> Iterator[Account]:
    if file is None:
        return
    path = config_path().parent / file
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"accounts_file: {path} is no text in UTF-8") from None
    except OSError as error:
        raise ValueError(f"accounts_file: {path} cannot be read: {error.strerror}") from None
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            yield Account.model_validate(dict(zip(("id", "alias"), words, strict=False)))
        except ValueError:
            raise ValueError(
                f"accounts_file: {path}, line {number}: a line holds 12 digits and, if you like, "
                "an alias of letters, digits, _, . and -"
            ) from None
