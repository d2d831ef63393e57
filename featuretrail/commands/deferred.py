"""Commands that are known by their line in ``--help`` until they are chosen, then loaded."""

from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from featuretrail.commands.listing import COMMANDS, GROUPS


class Deferred(TyperCommand):
    """A command or group whose module is not loaded: its name and its line in ``--help``."""

    def load(self) -> Any:  # noqa: ANN401 - a click command, whose classes typer keeps to itself
        """Import the command's module and return the command."""
        root = typer.Typer(add_completion=False, rich_markup_mode=self.rich_markup_mode)
        name = str(self.name)
        root.callback()(_no_options)  # with a callback it is a group, however few its commands
        if name in COMMANDS:
            module, _ = COMMANDS[name]
            _imported(module).add_commands(root)
        else:
            root.add_typer(_app(name), name=name)
        return typer.main.get_group(root).commands[name]


class Root(TyperGroup):
    """The root of the command line: it lists commands by their lines, and loads the chosen one."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - whatever typer gives a group
        super().__init__(**settings)
        mode = self.rich_markup_mode
        for name, (_, line) in (*COMMANDS.items(), *GROUPS.items()):
            self.commands[name] = Deferred(name=name, help=line, rich_markup_mode=mode)

    def resolve_command(
        self,
        ctx: Any,  # noqa: ANN401 - as above
        args: list[str],
    ) -> tuple[str | None, Any, list[str]]:
        """Return the chosen command, loaded, and what follows it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Deferred) else command, rest


def _no_options() -> None:
    """Take no options: those of the root were taken before."""


@cache
def _app(group: str) -> typer.Typer:
    (own, *others), _ = GROUPS[group]
    app: typer.Typer = _imported(own).app
    for module in others:
        _imported(module).add_commands(app)
    return app


def _imported(module: str) -> Any:  # noqa: ANN401 - a module; a test loads each of them
    return import_module(f"featuretrail.commands.{module}")
