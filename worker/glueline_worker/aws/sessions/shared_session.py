"""Sessions that share botocore's data, its handlers and configuration files in a process.

A session of botocore's own loads the service models anew (20 MB and 60 ms for three services).
None of that differs between the sources of a worker.
"""

import copy
import os
from functools import cache, lru_cache
from typing import Any

from aiobotocore.hooks import AioHierarchicalEmitter
from aiobotocore.session import AioSession
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST

from glueline_worker.aws.json_parser import ParserFactory
from glueline_worker.aws.sessions.file_stamps import FileStamp, expand_path, stamp_file
from glueline_worker.aws.sessions.profiles import ProfileSession, check_settings
from glueline_worker.aws.sessions.service_models import USED_SERVICES, UsedDataLoader


class LightSession(ProfileSession):
    """A session that holds only its own configuration and credentials."""

    def __init__(self, profile: str | None = None, *, has_own_handlers: bool = False) -> None:
        """Read the configuration of ``profile``, or of AWS's own variables.

        A session that registers handlers needs handlers of its own. Raises AwsError for a profile
        or certificates that cannot be used.
        """
        if os.environ.get("AWS_PROFILE") == "":
            # Compose passes an unset variable on as empty, and botocore would look for a profile.
            del os.environ["AWS_PROFILE"]
        handlers = _load_handlers()
        super().__init__(
            event_hooks=copy.copy(handlers) if has_own_handlers else handlers,
            include_builtin_handlers=False,
            profile=profile,
        )
        check_settings(self)
        self.register_component("data_loader", _make_loader(self.get_config_variable("data_path")))
        self.register_component("response_parser_factory", ParserFactory())

    @property
    def full_config(self) -> dict[str, Any]:
        """The configuration and credentials files, parsed once for all sessions."""
        names = ("config_file", "credentials_file")
        files = tuple(stamp_file(self.get_config_variable(name)) for name in names)
        return _parse_files(files)


class _UsedHandlers(AioSession):
    """Registers botocore's handlers for the services that are called; half are for others."""

    def _register_builtin_handlers(self, events: Any) -> None:
        registers = {
            REGISTER_FIRST: events.register_first,
            REGISTER_LAST: events.register_last,
        }
        for event, handler, *order in BUILTIN_HANDLERS:
            _, _, service = event.partition(".")
            if not service or service.partition(".")[0] in USED_SERVICES:
                register = registers[order[0]] if order else events.register
                register(event, handler)


@cache
def _make_loader(data_path: str | None) -> UsedDataLoader:
    paths = data_path.split(os.pathsep) if data_path else []
    return UsedDataLoader([expand_path(path) for path in paths])


@cache
def _load_handlers() -> AioHierarchicalEmitter:
    handlers: AioHierarchicalEmitter = _UsedHandlers().get_component("event_emitter")
    return handlers


@lru_cache(maxsize=2)
def _parse_files(files: tuple[FileStamp, ...]) -> dict[str, Any]:
    session = AioSession(include_builtin_handlers=False)
    for name, (path, _, _) in zip(("config_file", "credentials_file"), files, strict=True):
        session.set_config_variable(name, path)
    found: dict[str, Any] = session.full_config
    return found
