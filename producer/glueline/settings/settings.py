"""Settings: defaults, then ``glueline.toml``, then ``GLUELINE_*`` variables.

The file is ``./glueline.toml`` or the one that ``GLUELINE_CONFIG`` names. Inner settings have two
underscores in their variable: ``GLUELINE_WORKER__CONCURRENCY=64``. AWS's own variables
(``AWS_REGION``, ``AWS_PROFILE``, ``AWS_ENDPOINT_URL`` …) work as everywhere.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError

from glueline.contract.errors import UsageError
from glueline.contract.messages import SourceName
from glueline.contract.model import error_at, first_error
from glueline.contract.names import DEFAULT_REDIS_URL, KEY_PREFIX
from glueline.settings.account_templates import Template
from glueline.settings.api import ApiSettings
from glueline.settings.config_file import config_path
from glueline.settings.events import EventSettings
from glueline.settings.redis_shards import MAIN_SHARD, RedisShard, RedisUrl, ShardName, find_shard
from glueline.settings.schedules import Schedule
from glueline.settings.sources import Source
from glueline.settings.toml_lines import find_line
from glueline.settings.worker import Seconds, WorkerSettings

_MAX_NAMED = 20
"""The most sources that a message names."""


class Settings(BaseSettings):
    """All settings of Glueline."""

    model_config = SettingsConfigDict(
        env_prefix="GLUELINE_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    redis_url: RedisUrl = DEFAULT_REDIS_URL
    redis_shards: dict[ShardName, RedisShard] = Field(default_factory=dict)
    key_prefix: str = KEY_PREFIX
    sinks: Annotated[tuple[str, ...], NoDecode] = ("sqlite:///glueline.db",)
    sources: dict[SourceName, Source] = Field(default_factory=dict)
    templates: dict[SourceName, Template] = Field(default_factory=dict)
    schedules: tuple[Schedule, ...] = ()
    worker: WorkerSettings = WorkerSettings()
    api: ApiSettings = ApiSettings()
    events: EventSettings = EventSettings()
    silence: Seconds = 20
    """Seconds after which an open unit that no worker holds is checked, and published again if its
    message was lost."""
    keep_runs: Seconds = 7 * 24 * 3600
    """Seconds that the ledger remembers a run after its end."""
    run_timeout: Seconds = 3 * 24 * 3600
    """Seconds after which a run that has not ended fails, and what it wrote is removed."""
    heartbeat_file: Path | None = None
    """A file that a worker or a scheduler touches each second, and the API while Redis answers, for
    `glueline health`."""
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"
    log_format: Annotated[str, Field(pattern="^(auto|console|json)$")] = "auto"

    @field_validator("sinks", mode="before")
    @classmethod
    def _split_sinks(cls, value: Any) -> Any:
        return tuple(value.split()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _check_source_names(self) -> "Settings":
        seen = dict.fromkeys(self.sources, "declared by itself")
        for key, template in self.templates.items():
            try:
                found = template.sources(key)
            except ValueError as error:
                raise error_at(("templates", key), str(error)) from None
            for name in found:
                if name in seen:
                    raise error_at(
                        ("templates", key), f"it makes the source {name!r}, which is {seen[name]}"
                    )
                seen[name] = f"made by the template {key!r} already"
        for name, source in self.all_sources.items():
            _check_secrets_from(name, source, self)
        return self

    @model_validator(mode="after")
    def _check_event_sources(self) -> "Settings":
        for field in ("source", "queue_source"):
            name = getattr(self.events, field)
            # Without declarations here, only workers know the sources.
            if name and self.all_sources and self.find_source(name) is None:
                raise error_at(("events", field), f"there is no source {name!r}")
        return self

    @model_validator(mode="after")
    def _check_schedule_sources(self) -> "Settings":
        for number, schedule in enumerate(self.schedules):
            if not schedule.expand(self.all_sources):
                raise error_at(
                    ("schedules", number, "sources" if schedule.sources else "tags"),
                    f"none of the {len(self.all_sources):,} declared sources is meant",
                )
        return self

    @model_validator(mode="after")
    def _check_shards_of_sources(self) -> "Settings":
        for name in self.all_sources if self.redis_shards else ():
            try:
                self.find_shard(name)
            except UsageError as error:
                raise error_at(("redis_shards",), str(error)) from None
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - we read no .env
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then variables, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_path())

    @property
    def all_sources(self) -> Mapping[str, Source]:
        """Every declared source by name, including those of templates."""
        found = dict(self.sources)
        for key, template in self.templates.items():
            found |= template.sources(key)
        return found

    @property
    def all_schedules(self) -> list[Schedule]:
        """Every schedule; a schedule of many sources appears once for each."""
        declared = self.all_sources
        return [one for schedule in self.schedules for one in schedule.expand(declared)]

    def find_source(self, name: str) -> Source | None:
        """Return the source called ``name``; ``default`` needs no declaration."""
        if name in self.sources:
            return self.sources[name]
        for key, template in self.templates.items():
            if name in template.sources(key):
                return template.sources(key)[name]
        return Source() if name == "default" else None

    def find_shard(self, source: str) -> str:
        """Return the name of a source's Redis shard; raises UsageError when several name it."""
        return find_shard(self.redis_shards, source)

    def for_shard(self, name: str) -> "Settings":
        """Return these settings with the Redis of a shard; raises UsageError when there is none."""
        if name == MAIN_SHARD:
            return self
        if name not in self.redis_shards:
            known = ", ".join((MAIN_SHARD, *self.redis_shards))
            raise UsageError(f"there is no Redis shard {name!r}; the known ones are {known}")
        return self.model_copy(update={"redis_url": self.redis_shards[name].redis_url})

    def without_shards(self) -> "Settings":
        """Return these settings with one Redis, that of ``redis_url``, for all sources."""
        return self.model_copy(update={"redis_shards": {}})

    def source(self, name: str) -> Source:
        """Return the source called ``name``; raises UsageError when there is none."""
        found = self.find_source(name)
        if found is not None:
            return found
        known = sorted({"default", *self.all_sources})
        more = f" and {len(known) - _MAX_NAMED:,} more" if len(known) > _MAX_NAMED else ""
        raise UsageError(
            f"there is no source {name!r}; the known ones are {', '.join(known[:_MAX_NAMED])}{more}"
        )


def _check_secrets_from(name: str, source: Source, settings: Settings) -> None:
    """Check that ``secrets_from`` leads to a source that needs no other."""
    seen = [name]
    while source.secrets_from is not None:
        following = settings.find_source(source.secrets_from)
        where = ("sources", name, "secrets_from")
        if following is None:
            raise error_at(where, f"there is no source {source.secrets_from!r}")
        if source.secrets_from in seen:
            raise error_at(where, f"the keys of {name!r} would be read with its own keys")
        seen.append(source.secrets_from)
        source = following


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises UsageError with one sentence about the first problem."""
    named = os.environ.get("GLUELINE_CONFIG")
    if named and not Path(named).is_file():
        raise UsageError(f"GLUELINE_CONFIG names {named}, and there is no such file")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise UsageError(f"{_locate_problem(error, overrides)}{first_error(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{named or 'glueline.toml'} is not valid TOML: {error}") from None
    except RecursionError:
        raise UsageError(
            f"{named or 'glueline.toml'} is nested too deeply to be settings"
        ) from None
    except (SettingsError, OSError) as error:
        raise UsageError(f"the settings cannot be read: {error}") from None


def _locate_problem(error: ValidationError, overrides: Mapping[str, Any]) -> str:
    """Return the place of the first problem: file and line when the value is from the file."""
    path = error.errors(include_url=False, include_input=False)[0]["loc"]
    variables = {"__".join(["GLUELINE", *map(str, path[:n])]).upper() for n in range(1, 5)}
    variables = {name.replace("GLUELINE__", "GLUELINE_", 1) for name in variables}
    if not path or path[0] in overrides or variables & {name.upper() for name in os.environ}:
        return "setting "
    file = config_path()
    line = find_line(file.read_text("utf-8"), path) if file.is_file() else None
    return f"{file}, line {line}: " if line else "setting "
