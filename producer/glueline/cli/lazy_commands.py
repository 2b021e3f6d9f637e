"""Commands whose modules are imported when they run: the help of all needs only their names."""

import re
from pkgutil import resolve_name
from typing import Any, NamedTuple

import typer
import typer.core
import typer.main


class LazyCommand(NamedTuple):
    """A command, as the list of all commands shows it."""

    name: str
    target: str
    """``module:name`` of its function, or of a Typer application with commands of its own."""
    summary: str
    """The first paragraph of its help."""


class LazyGroup(typer.core.TyperGroup):
    """A group that imports a command when it is called by its name."""

    def __init__(self, **options: Any) -> None:
        """Take Typer's options."""
        super().__init__(**options)
        self._entries: dict[str, LazyCommand] = {}

    def add_lazy(self, *entries: LazyCommand) -> None:
        """Add commands; until they are loaded, they are only good for the help of the group."""
        for entry in entries:
            self._entries[entry.name] = entry
            self.commands[entry.name] = typer.core.TyperCommand(entry.name, help=entry.summary)

    def load_all(self) -> "LazyGroup":
        """Import all commands, and return the group."""
        for name in list(self._entries):
            self._load(name)
        return self

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that ``args`` begin with, and import it."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in self._entries:
            self._load(name)
            command = self.commands[name]
        return name, command, rest

    def _load(self, name: str) -> None:
        found = resolve_name(self._entries.pop(name).target)
        outer = typer.Typer(rich_markup_mode="rich", add_completion=False)
        outer.callback()(lambda: None)  # else a single command would take the place of the group
        if isinstance(found, typer.Typer):
            outer.add_typer(found, name=name)
        else:
            outer.command(name)(found)
        _join_help_lines(outer)
        group: Any = typer.main.get_command(outer)
        self.commands[name] = group.commands[name]


def _join_help_lines(app: typer.Typer) -> None:
    """Join the lines of each paragraph of help: Typer would keep the source's line breaks."""
    for command in app.registered_commands:
        command.help = join_lines(command.help or (command.callback and command.callback.__doc__))
    group = app.registered_callback
    if group and group.callback and group.callback.__doc__:
        group.help = join_lines(group.callback.__doc__)
    for inner in app.registered_groups:
        if inner.typer_instance:
            _join_help_lines(inner.typer_instance)


def join_lines(text: str | None) -> str:
    """Return a text with each of its paragraphs in one line."""
    paragraphs = re.split(r"\n\s*\n", (text or "").strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
