"""``plan`` and ``apply``: definitions from a file."""

from pathlib import Path
from typing import Annotated

import typer

from featuretrail.commands.definition_files import read_definitions
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.output import write_json, write_line, write_table
from featuretrail.domain.changes import Registration

File = Annotated[
    Path,
    typer.Argument(
        help="A TOML file of [[group]] and [[set]] tables, or a Python file that makes them."
    ),
]


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the root."""
    command(app, "plan")(plan)
    command(app, "apply")(apply)


def plan(invocation: Invocation, file: File) -> None:
    """Show what applying FILE would change, and change nothing."""
    definitions = read_definitions(file)
    with invocation.store() as store:
        registration = store.plan(*definitions)
    _report(registration, "to change", as_json=invocation.as_json)


def apply(
    invocation: Invocation,
    file: File,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit trail.")] = None,
    actor: Actor = None,
) -> None:
    """Register the definitions in FILE together; what is registered already makes no event."""
    definitions = read_definitions(file)
    with invocation.store(actor) as store:
        registration = store.register(*definitions, reason=reason)
    _report(registration, "changed", as_json=invocation.as_json)


def _report(registration: Registration, done: str, *, as_json: bool) -> None:
    if as_json:
        write_json(registration.to_dict())
        return
    rows = [
        {
            "action": change.action,
            "kind": change.kind,
            "name": change.name,
            "version": change.version,
            "changes": list(change.differences),
        }
        for change in registration.changed
    ]
    if rows:
        write_table(rows, "")
    same = len(registration.changes) - len(rows)
    write_line(f"{len(rows)} {done}, {same} as registered")
