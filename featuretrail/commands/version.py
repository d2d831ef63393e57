"""``version``: which featuretrail this is."""

from importlib.metadata import version as installed_version

import typer

from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.output import write_json, write_line


def add_commands(app: typer.Typer) -> None:
    """Add the command to the root."""
    command(app, "version")(version)


def version(invocation: Invocation) -> None:
    """Show the version of featuretrail."""
    number = installed_version("featuretrail")
    if invocation.as_json:
        write_json({"version": number})
    else:
        write_line(number)
