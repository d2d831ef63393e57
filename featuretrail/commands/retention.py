"""``retention`` and ``maintain``: how long past rows are kept, and removing what is due."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.domain.errors import InvalidInputError
from featuretrail.projections.maintenance import MaintenanceReport
from featuretrail.projections.retention import TableRetention

app = typer.Typer(
    no_args_is_help=True, help="How long the read side keeps rows that are past: show, set."
)

Table = Annotated[str, typer.Argument(help="The table of the read side.", show_default=False)]
Keep = Annotated[
    str,
    typer.Option(help="How long, such as 30d, or forever.", show_default=False),
]
Reason = Annotated[str | None, typer.Option(help="Why, for the audit trail.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what is due and remove nothing.")]


@command(app, "show")
def show(invocation: Invocation) -> None:
    """Show how long each table keeps rows that are past, and up to when they were removed."""
    with invocation.store() as store:
        found = store.retention.show()
    if invocation.as_json:
        write_json([each.to_dict() for each in found])
    else:
        write_table([_row(each) for each in found], "none")


@command(app, "set")
def set_keep(
    invocation: Invocation, table: Table, keep: Keep, reason: Reason = None, actor: Actor = None
) -> None:
    """Set how long a table keeps rows that are past; nothing is removed until maintain runs."""
    with invocation.store(actor) as store:
        found = store.retention.set(table, _keep(keep), reason=reason)
    if invocation.as_json:
        write_json(found.to_dict())
    else:
        write_record("retention", _row(found))


def add_commands(*apps: typer.Typer) -> None:
    """Add ``maintain`` to each of ``apps``."""
    for each in apps:
        command(each, "maintain")(maintain)


def maintain(
    invocation: Invocation,
    *,
    dry_run: DryRun = False,
    reason: Reason = None,
    actor: Actor = None,
) -> None:
    """Remove what retention has due; as often as you like, and several may do it at once."""
    with invocation.store(actor) as store:
        report = store.maintain(dry_run=dry_run, reason=reason)
    if invocation.as_json:
        write_json(report.to_dict())
    else:
        _explain(report)


def _explain(report: MaintenanceReport) -> None:
    write_line("due" if report.dry_run else "removed", style="bold")
    write_table([each.to_dict() for each in report.removed], "nothing is due")
    if report.job is None:
        write_line("no job of the database does this: run featuretrail maintain every day")
    elif report.job_runs is False:
        write_line(
            f"no scheduler runs job {report.job} of the database, which would do this: run "
            "featuretrail maintain every day"
        )
    else:
        unseen = "" if report.job_runs else ", if its scheduler runs: this role cannot see that"
        write_line(f"job {report.job} of the database does this every day{unseen}")


def _row(found: TableRetention) -> dict[str, object]:
    return {
        "table": found.table,
        "keep": "for ever" if found.keep is None else str(found.keep).removesuffix(", 0:00:00"),
        "set by event": "the default" if found.set_position is None else found.set_position,
        "removed before": None if found.horizon is None else found.horizon.isoformat(),
        "by event": found.applied_position,
    }


def _keep(text: str) -> timedelta | None:
    if text == "forever":
        return None
    match = re.fullmatch(r"(\d{1,6})d", text)
    if match is None:
        raise InvalidInputError(f"--keep is {text!r}; give days such as 30d, or forever")
    return timedelta(days=int(match[1]))
