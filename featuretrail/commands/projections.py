"""``projections``: the read side's state, its daemon, and what it could not take in."""

import typer

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.output import (
    cell,
    printable,
    write_json,
    write_line,
    write_record,
    write_table,
)
from featuretrail.commands.signals import stopped_by_signals
from featuretrail.projections.status import ProjectionStatus

app = typer.Typer(
    no_args_is_help=True, help="The read side: the tables and views derived from the log."
)

SHOWN_LETTERS = 20


@command(app, "status")
def status(invocation: Invocation) -> None:
    """Show how far the live tables are, who moves them on, and what they lack."""
    with invocation.store() as store:
        found = store.projections.status()
    if invocation.as_json:
        write_json(found.to_dict())
    else:
        _explain(found)


@command(app, "run")
def run(invocation: Invocation) -> None:
    """Keep the live tables level with the log until SIGTERM or Ctrl-C.

    Of several that run, one works and the others stand by. What happens is told on standard error.
    """
    with stopped_by_signals() as stop, invocation.store() as store:
        store.projections.run(stop, _tell)


@command(app, "replay-dead-letters")
def replay_dead_letters(invocation: Invocation) -> int:
    """Try again what could not be taken in, once its cause is mended; ends with 1 if any remain."""
    with invocation.store() as store:
        report = store.projections.replay_dead_letters()
        remaining = store.projections.dead_letters(SHOWN_LETTERS) if report.remaining else []
    facts = report.to_dict()
    if invocation.as_json:
        write_json({**facts, "dead_letters": [letter.to_dict() for letter in remaining]})
    else:
        write_record("dead letters replayed", facts)
        if remaining:
            write_line(f"remaining, the first {len(remaining)}", style="bold")
            write_table([letter.to_dict() for letter in remaining], "none")
    return FINDING if report.remaining else FINE


def _tell(line: str) -> None:
    typer.echo(printable(line), err=True)


def _explain(found: ProjectionStatus) -> None:
    facts = found.to_dict()
    owner, letter, builds = (
        facts.pop(name) for name in ("owner", "first_dead_letter", "generations")
    )
    facts["owner"] = "nobody: start featuretrail projections run" if owner is None else cell(owner)
    write_record("live generation", facts)
    if letter is not None:
        write_record("first dead letter", letter)
    write_line("generations", style="bold")
    columns = ("generation", "schema_name", "state", "position", "dead_letters", "library_version")
    write_table([{column: each[column] for column in columns} for each in builds], "none")
