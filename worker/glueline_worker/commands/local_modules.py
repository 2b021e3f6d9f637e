"""The modules beside a script on the local disk, for ``glueline inspect``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from glueline_worker.lineage.files.imported_modules import find_modules
from glueline_worker.lineage.script.source.parser import decode_script

_MODULE_BYTES = 1_000_000


@dataclass
class _Folder:
    """A folder as a place of modules."""

    path: Path

    def find(self, name: str) -> str | None:
        """Return the source of a module; None where there is none that can be read."""
        base = self.path.joinpath(*name.split("."))
        for place in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
            try:
                if place.is_file() and place.stat().st_size <= _MODULE_BYTES:
                    return decode_script(place.read_bytes())
            except OSError:
                continue
        return None

    def is_package(self, name: str) -> bool:
        """Tell whether modules stand below ``name``."""
        try:
            return self.path.joinpath(*name.split(".")).is_dir()
        except OSError:
            return False


def find_local_modules(file: Path, script: bytes) -> Mapping[str, str]:
    """Return the modules that a script imports and that are beside it, by name."""
    text = script.decode("utf-8", "replace")
    return find_modules(text, [_Folder(file.resolve().parent)]).sources
