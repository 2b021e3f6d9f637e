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
from botocore.loaders import Loader

from glueline_worker.aws.json_parser import ParserFactory
from glueline_worker.aws.sessions.file_stamps import FileStamp, expand_path, stamp_file
from glueline_worker.aws.sessions.profiles import ProfileSession, check_settings


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


class _SharedLoader(Loader):
    """Loads botocore's data from fixed paths: boto3 adds a path for each of its sessions."""

    @property
    def search_paths(self) -> list[str]:
        return list(self._search_paths)


@cache
def _make_loader(data_path: str | None) -> Loader:
    paths = (data_path or "").split(os.pathsep) if data_path else []
    return _SharedLoader(extra_search_paths=[expand_path(path) for path in paths])


@cache
def _load_handlers() -> AioHierarchicalEmitter:
    handlers: AioHierarchicalEmitter = AioSession().get_component("event_emitter")
    return handlers


@lru_cache(maxsize=2)
def _parse_files(files: tuple[FileStamp, ...]) -> dict[str, Any]:
    session = AioSession(include_builtin_handlers=False)
    for name, (path, _, _) in zip(("config_file", "credentials_file"), files, strict=True):
        session.set_config_variable(name, path)
    found: dict[str, Any] = session.full_config
    return found
