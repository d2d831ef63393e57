"""``audit``: read the log, show an event, say where a row comes from, verify the whole."""

from collections.abc import Sequence
from typing import Annotated

import typer

from featuretrail.audit.entries import LogEntry
from featuretrail.audit.findings import CHECKS
from featuretrail.audit.verification import AuditReport
from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.moments import instant, moment
from featuretrail.commands.output import (
    write_json,
    write_line,
    write_record,
    write_report,
    write_table,
)
from featuretrail.commands.progress import progress_bar

AFFECTED_SHOWN = 10
"""How many of the things that a fault affects are shown to people."""

app = typer.Typer(
    no_args_is_help=True, help="The log: what happened, who decided it, what was so when, proof."
)


@command(app, "log")
def log(
    invocation: Invocation,
    after: Annotated[int, typer.Option(min=0, help="Start behind this position.")] = 0,
    until: Annotated[
        str | None,
        typer.Option(metavar="POSITION|TIME", help="Up to and with this position, or this time."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From this time on (2013-05-01T12:00:00Z).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many events.")] = 100,
    stream: Annotated[
        str | None,
        typer.Option(
            metavar="SUBJECT",
            help="Only about this: 'feature weather.temp', 'batch weather', 'snapshot', a UUID.",
        ),
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Only of this actor.")] = None,
    topic: Annotated[
        str | None, typer.Option(help="Only of this kind, such as drift.detected.")
    ] = None,
    *,
    newest: Annotated[bool, typer.Option("--newest", help="Newest first.")] = False,
) -> None:
    """List events, oldest first: where, when, what, who and why."""
    with invocation.store() as store:
        entries = store.audit.log(
            after=after,
            limit=limit,
            stream=stream,
            actor=actor,
            until=None if until is None else moment(until, "--until"),
            since=None if since is None else instant(since, "--since"),
            topic=topic,
            newest_first=newest,
        )
    if invocation.as_json:
        write_json({"events": [entry.to_dict() for entry in entries]})
        return
    write_table([event_row(entry) for entry in entries], "no such event")
    if len(entries) == limit:
        last = entries[-1].position
        write_line(f"there may be more: --{f'until {last - 1}' if newest else f'after {last}'}")


@command(app, "show")
def show(
    invocation: Invocation, position: Annotated[int, typer.Argument(min=1, help="Its position.")]
) -> int:
    """Show one event whole; ends with 1 if it was altered: it disagrees with its digest."""
    with invocation.store() as store:
        found = store.audit.show(position)
    entry = found.to_dict()
    if invocation.as_json:
        write_json(entry)
    else:
        content = entry.pop("event")
        write_record(f"event {position}", entry)
        write_report("content", content)
    return FINE if found.fault is None else FINDING


@command(app, "row")
def row(
    invocation: Invocation,
    table: Annotated[str, typer.Argument(help="A table of the read side.")],
    row_id: Annotated[str, typer.Argument(metavar="ID", help="The row's id.")],
) -> None:
    """Show which event made a row of the read side, and which ones revised it."""
    with invocation.store() as store:
        origin = store.audit.row(table, row_id)
    if invocation.as_json:
        write_json(origin.to_dict())
        return
    write_line(f"row {origin.id} of {origin.table}", style="bold")
    events = [("made", origin.made_by), *(("revised", entry) for entry in origin.revised_by)]
    write_table([{"it": did, **event_row(entry)} for did, entry in events], "no event")
    values = [
        {"column": name, "value": origin.row[name], "position": position}
        for name, position in origin.columns.items()
    ]
    write_table(values, "it has no columns")


@command(app, "verify")
def verify(
    invocation: Invocation,
    skip: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK", help=f"Leave out one of {', '.join(CHECKS)}."),
    ] = None,
) -> int:
    """Prove the log and what it certifies: digests, values, snapshots, the read side."""
    with invocation.store() as store, progress_bar(counted=True) as progress:
        task = progress.add_task("verifying", total=None)

        def advance(what: str, done: int, total: int) -> None:
            progress.update(task, description=f"verifying {what}", completed=done, total=total)

        report = store.audit.verify(progress=advance, skip=skip or ())
    if invocation.as_json:
        write_json(report.to_dict())
    else:
        _explain(report)
    return FINE if report.ok else FINDING


def event_row(entry: LogEntry) -> dict[str, object]:
    """Return an entry as a row of a table: where, when, what, who and why."""
    return {
        "position": entry.position,
        "recorded_at": entry.recorded_at,
        "topic": entry.topic,
        "subject": entry.subject,
        "actor": entry.actor,
        "reason": entry.reason if entry.fault is None else f"UNREADABLE: {entry.fault}",
    }


def _explain(report: AuditReport) -> None:
    if report.ok:
        title = "the log and what it certifies hold"
    elif report.faults:
        title = "the audit found faults"
    else:
        title = "the audit could not check everything"
    facts = report.to_dict()
    faults = [fault | {"affects": _first(fault["affects"])} for fault in facts.pop("faults")]
    left = facts.pop("not_evaluated")
    facts.pop("erased")
    write_record(title, facts)
    if report.erased:
        write_line("erased, which is no fault", style="bold")
        write_table([{"position": each.position, "told": str(each)} for each in report.erased], "")
    if faults:
        write_record("first fault", faults[0])
    if faults[1:]:
        write_line("further faults", style="bold")
        write_table(faults[1:], "none")
    if left:
        write_line("not evaluated", style="bold")
        write_table([{"check": each["check"], "reason": each["reason"]} for each in left], "none")


def _first(names: Sequence[str]) -> list[str]:
    """Return the first names of a long list, and how many more there are; ``--json`` has all."""
    more = len(names) - AFFECTED_SHOWN
    return [*names[:AFFECTED_SHOWN], *([f"and {more} more"] if more > 0 else [])]
