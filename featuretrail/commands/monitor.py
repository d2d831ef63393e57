"""``monitor``: checks by schedule, once for cron or in a loop."""

from typing import Annotated, Any

import typer

from featuretrail.commands.alerts import write_delivery
from featuretrail.commands.durations import optional_period, period, spelled
from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.moments import instant
from featuretrail.commands.output import (
    printable,
    write_json,
    write_line,
    write_record,
    write_table,
)
from featuretrail.commands.signals import stopped_by_signals
from featuretrail.monitoring.results import MonitorInfo, MonitorReport

app = typer.Typer(
    no_args_is_help=True, help="Monitors: quality and drift checked by schedule, and told of."
)

Reason = Annotated[str | None, typer.Option(help="Why, for the audit trail.", show_default=False)]


@command(app, "schedule")
def schedule(
    invocation: Invocation,
    name: Annotated[str, typer.Argument(help="The monitor.")],
    subject: Annotated[
        str,
        typer.Argument(
            help="'feature weather.temp', 'group weather', 'set NAME', 'baseline NAME', "
            "'snapshot NAME@VERSION'."
        ),
    ],
    *,
    every: Annotated[str | None, typer.Option(help="A window ends every 1h or so.")] = None,
    cron: Annotated[
        str | None, typer.Option(help="A window ends when this says, in UTC: '0 6 * * 1-5'.")
    ] = None,
    window: Annotated[
        str | None, typer.Option(help="Its length in event time; without it, --every.")
    ] = None,
    allowance: Annotated[str, typer.Option(help="How long late rows have.")] = "0s",
    check: Annotated[
        list[str] | None,
        typer.Option(help="'quality', 'drift' (of a baseline), 'consistency' (of a snapshot)."),
    ] = None,
    missed: Annotated[
        str, typer.Option(help="'catch_up' with missed windows, or 'skip' to the newest.")
    ] = "catch_up",
    quality_below: Annotated[
        float | None, typer.Option(help="A quality below this is a finding.")
    ] = None,
    starts_at: Annotated[
        str | None, typer.Option(help="The first window ends after this; without it, now.")
    ] = None,
    reason: Reason = None,
    actor: Actor = None,
) -> None:
    """Schedule a monitor, or schedule it anew."""
    with invocation.store(actor) as store:
        made = store.monitor.schedule(
            name,
            subject,
            every=optional_period(every, "--every"),
            cron=cron,
            window=optional_period(window, "--window"),
            allowance=period(allowance, "--allowance"),
            checks=check,
            missed=missed,
            quality_below=quality_below,
            starts_at=None if starts_at is None else instant(starts_at, "--starts-at"),
            reason=reason,
        )
    if invocation.as_json:
        write_json(made.to_dict())
    else:
        write_record(f"monitor {name}", _facts(made))


@command(app, "unschedule")
def unschedule(
    invocation: Invocation,
    name: Annotated[str, typer.Argument(help="The monitor.")],
    *,
    reason: Reason = None,
    actor: Actor = None,
) -> None:
    """End a monitor; what it found stays."""
    with invocation.store(actor) as store:
        store.monitor.unschedule(name, reason=reason)
    if invocation.as_json:
        write_json({"unscheduled": name})
    else:
        write_line(f"monitor {name} unscheduled")


@command(app, "list")
def show(invocation: Invocation) -> None:
    """Show the monitors, when each is due and what its last run found."""
    with invocation.store() as store:
        found = store.monitor.list()
    if invocation.as_json:
        write_json([each.to_dict() for each in found])
    else:
        rows = [{"monitor": each.name, **_facts(each)} for each in found]
        write_table(rows, "no monitor is scheduled")


@command(app, "run")
def run(
    invocation: Invocation,
    *,
    once: Annotated[bool, typer.Option("--once", help="One pass, for cron; then end.")] = False,
) -> int:
    """Check what is due and send alerts, until SIGTERM or Ctrl-C.

    With --once it ends with 1 if something was found, a check failed or a delivery did. In the
    loop what happens is told on standard error.
    """
    with stopped_by_signals() as stop, invocation.store() as store:
        if not once:
            store.monitor.run(stop, _tell)
            return FINE
        report = store.monitor.run_due(stopped=stop.is_set)
    if invocation.as_json:
        write_json(report.to_dict())
    else:
        _explain(report)
    return FINE if report.ok else FINDING


def _tell(line: str) -> None:
    typer.echo(printable(line), err=True)


def _explain(report: MonitorReport) -> None:
    rows = [
        {
            "monitor": run.name,
            "window_until": run.until,
            "check": result["check"],
            "outcome": result["outcome"],
            "words": result.get("error") or result.get("words"),
        }
        for run in report.runs
        for result in run.results
    ]
    write_table(rows, "nothing is due")
    for name in report.elsewhere:
        write_line(f"monitor {name} is being run by another process")
    write_delivery(report.alerts)


def _facts(monitor: MonitorInfo) -> dict[str, Any]:
    last = monitor.last
    return {
        "subject": monitor.subject,
        "checks": monitor.checks,
        "every": monitor.cron if monitor.every is None else spelled(monitor.every),
        "window": spelled(monitor.window),
        "allowance": spelled(monitor.allowance),
        "next_due": monitor.next_due,
        "last_until": None if last is None else last.until,
        "last_outcome": None if last is None else last.outcome,
    }
