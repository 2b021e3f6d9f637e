"""Settings from files that the script alone does not show: configparser, Scala's typesafe config.

Each of them is named after its key, so that two settings stay two.
"""

from __future__ import annotations

import configparser
from dataclasses import dataclass, field

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.template_text import has_placeholder, placeholder
from glueline_worker.lineage.script.domain.values import UNKNOWN, Value
from glueline_worker.lineage.script.models.library import Library

_TEXT_LIMIT = 100_000


@dataclass(eq=False)
class FileSettings(LibraryObject):
    """A file of settings, or a section of it."""

    section: str = ""
    has_sections: bool = True
    known: dict[str, dict[str, str]] = field(default_factory=dict)
    """The settings of a text in the script, by section."""

    def get_item(self, key: Value) -> Value:
        """Return ``settings["section"]``, or a setting of a section."""
        if not _is_known(key):
            return UNKNOWN
        if self.has_sections and not self.section:
            return FileSettings(key, known=self.known)
        return self._find(self.section, key)

    def _find(self, section: str, key: str) -> str:
        found = self.known.get(section, {}).get(key.lower())
        return _name(section, key) if found is None else found

    def call(self, call: Call) -> Value:
        """Call a method: ``get(section, key)``, ``getString(path)``, ``getConfig(path)``."""
        if call.name == "read_string":
            return self._read(call)
        keys = [key for key in call.args if isinstance(key, str)]
        if not keys or not all(map(_is_known, keys)):
            return UNKNOWN
        if call.name == "getConfig":
            return FileSettings(f"{self.section}.{keys[0]}".lstrip("."), has_sections=False)
        if call.name == "getString":
            return _name(self.section, keys[0])
        if call.name == "get" and (self.section or len(keys) > 1):
            section, key = (self.section, keys[0]) if self.section else keys[:2]
            return self._find(section, key)
        return UNKNOWN

    def _read(self, call: Call) -> Value:
        """Call ``read_string(text)``."""
        given, parser = call.arg(0), configparser.ConfigParser(interpolation=None)
        try:
            if isinstance(given, str) and not has_placeholder(given):
                parser.read_string(given[:_TEXT_LIMIT])
            found = {name: dict(parser[name]) for name in parser.sections()}
        except configparser.Error:
            return None
        call.state.change(self, known={**self.known, **found})
        return None


def _is_known(key: Value) -> bool:
    return isinstance(key, str) and not has_placeholder(key)


def _name(section: str, key: str) -> str:
    return placeholder(f"config:{section}.{key}".replace(":.", ":"))


def _open_settings(call: Call) -> Value:
    del call
    return FileSettings()


def _load_config(call: Call) -> Value:
    del call
    return FileSettings(has_sections=False)


SETTINGS_FILES = Library(
    functions={
        "configparser.ConfigParser": _open_settings,
        "ConfigParser": _open_settings,
        "RawConfigParser": _open_settings,
        **dict.fromkeys(
            ("ConfigFactory.load", "ConfigFactory.parseFile", "ConfigFactory.parseResources"),
            _load_config,
        ),
    }
)
