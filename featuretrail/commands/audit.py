"""``audit``: read the log, show an event, verify the whole."""

from typing import Annotated, Any

import typer

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.output import (
    write_json,
    write_line,
    write_record,
    write_report,
    write_table,
)
from featuretrail.commands.progress import progress_bar

app = typer.Typer(no_args_is_help=True, help="The log: what happened, who decided it, proof.")


@command(app, "log")
def log(
    invocation: Invocation,
    after: Annotated[int, typer.Option(min=0, help="Start behind this position.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="At most so many events.")] = 100,
    stream: Annotated[
        str | None,
        typer.Option(
            metavar="SUBJECT",
            help="Only about this: 'feature weather.temp', 'batch weather', 'snapshot'.",
        ),
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Only of this actor.")] = None,
) -> None:
    """List events, oldest first."""
    with invocation.store() as store:
        entries = store.audit.log(after=after, limit=limit, stream=stream, actor=actor)
    if invocation.as_json:
        write_json({"events": [entry.to_dict() for entry in entries]})
        return
    rows = [
        {
            "position": entry.position,
            "recorded_at": entry.recorded_at,
            "topic": entry.topic,
            "subject": entry.subject,
            "actor": entry.actor,
            "reason": entry.reason,
        }
        for entry in entries
    ]
    write_table(rows, "no such event")
    if len(entries) == limit:
        write_line(f"there may be more: --after {entries[-1].position}")


@command(app, "show")
def show(
    invocation: Invocation, position: Annotated[int, typer.Argument(min=1, help="Its position.")]
) -> None:
    """Show one event whole."""
    with invocation.store() as store:
        entry: dict[str, Any] = store.audit.show(position).to_dict()
    if invocation.as_json:
        write_json(entry)
        return
    content = entry.pop("event")
    write_record(f"event {position}", entry)
    write_report("content", content)


@command(app, "verify")
def verify(invocation: Invocation) -> int:
    """Prove the log and what it certifies: digests, gaplessness, values and snapshots."""
    with invocation.store() as store, progress_bar(counted=True) as progress:
        task = progress.add_task("verifying", total=None)

        def advance(what: str, done: int, total: int) -> None:
            progress.update(task, description=f"verifying {what}", completed=done, total=total)

        report = store.audit.verify(progress=advance)
    if invocation.as_json:
        write_json(report.to_dict())
    else:
        title = "the log and what it certifies hold" if report.ok else "the audit found faults"
        write_report(title, report.to_dict())
    return FINE if report.ok else FINDING
