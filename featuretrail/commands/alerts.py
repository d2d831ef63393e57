"""``alerts``: rules, what is waiting and what failed, sending, acknowledging."""

from typing import Annotated, Any

import typer

from featuretrail.alerts.results import AlertInfo, AlertRule, DeliveryReport
from featuretrail.commands.durations import optional_period
from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.domain.alerts.rule import KINDS

app = typer.Typer(
    no_args_is_help=True, help="Alerts: who is told of what, and whether it reached them."
)

Reason = Annotated[str | None, typer.Option(help="Why, for the audit trail.", show_default=False)]
Many = list[str]


@command(app, "rules")
def rules(invocation: Invocation) -> None:
    """Show the rules in force."""
    with invocation.store() as store:
        found = store.alerts.rules()
    if invocation.as_json:
        write_json([each.to_dict() for each in found])
    else:
        rows = [{"rule": each.name, **_facts(each)} for each in found]
        write_table(rows, "no rule: nobody is told of anything")


@command(app, "set")
def set_rule(
    invocation: Invocation,
    name: Annotated[str, typer.Argument(help="The rule.")],
    *,
    to: Annotated[Many, typer.Option(help="A destination's name; 'owner': the owner's.")],
    kind: Annotated[
        Many | None, typer.Option(help=f"Only of this kind: {', '.join(KINDS)}.")
    ] = None,
    severity: Annotated[str, typer.Option(help="From this severity on.")] = "low",
    owner: Annotated[Many | None, typer.Option(help="Only what is of this owner.")] = None,
    tag: Annotated[Many | None, typer.Option(help="Only what has this tag.")] = None,
    feature: Annotated[Many | None, typer.Option(help="Only these, such as 'weather.*'.")] = None,
    quality_below: Annotated[float | None, typer.Option(help="Tell of scores below this.")] = None,
    once_in: Annotated[
        str | None, typer.Option(help="Tell of one that worsens once in 6h or so.")
    ] = None,
    at_most_an_hour: Annotated[
        int | None, typer.Option(help="Messages an hour to a destination.")
    ] = None,
    repeat_every: Annotated[
        str | None, typer.Option(help="Say again until acknowledged, every 1d or so.")
    ] = None,
    resolved: Annotated[bool, typer.Option(help="Tell of the end, too.")] = True,
    reason: Reason = None,
    actor: Actor = None,
) -> None:
    """Make a rule, or make it anew: it holds for what is recorded from here on."""
    with invocation.store(actor) as store:
        made = store.alerts.set_rule(
            name,
            to,
            kinds=KINDS if kind is None else kind,
            minimum_severity=severity,
            owners=owner or (),
            tags=tag or (),
            features=feature or (),
            quality_below=quality_below,
            once_in=optional_period(once_in, "--once-in"),
            at_most_an_hour=at_most_an_hour,
            repeat_every=optional_period(repeat_every, "--repeat-every"),
            send_resolved=resolved,
            reason=reason,
        )
    if invocation.as_json:
        write_json(made.to_dict())
    else:
        write_record(f"rule {name}", _facts(made))


@command(app, "remove")
def remove(
    invocation: Invocation,
    name: Annotated[str, typer.Argument(help="The rule.")],
    *,
    reason: Reason = None,
    actor: Actor = None,
) -> None:
    """End a rule; what it raised is still delivered."""
    with invocation.store(actor) as store:
        store.alerts.remove_rule(name, reason=reason)
    if invocation.as_json:
        write_json({"removed": name})
    else:
        write_line(f"rule {name} removed")


@command(app, "list")
def show(
    invocation: Invocation,
    *,
    status: Annotated[
        str | None, typer.Option(help="Only waiting, delivered, 'given up' or 'held back'.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All alerts ever, not only what is open and recent.")
    ] = False,
) -> int:
    """Show alerts and how far they got; ends with 1 if one was given up and nobody was told."""
    with invocation.store() as store:
        found = store.alerts.list(status, everything=everything)
        health = store.alerts.status()
    if invocation.as_json:
        write_json({"alerts": [each.to_dict() for each in found], "status": health.to_dict()})
    else:
        write_table([_told(each) for each in found], "no alert")
        facts = health.to_dict()
        write_record("in all", {**facts, "destinations": list(facts["destinations"])})
    return FINDING if any(_lost(each) for each in found) else FINE


@command(app, "send")
def send(invocation: Invocation) -> int:
    """Ask the rules about what is new and deliver what is due; ends with 1 if a delivery failed."""
    with invocation.store() as store:
        report = store.alerts.send_due()
    if invocation.as_json:
        write_json(report.to_dict())
    else:
        write_delivery(report)
    return FINE if report.ok else FINDING


@command(app, "test")
def test(
    invocation: Invocation,
    destination: Annotated[str, typer.Argument(help="The destination's name.")],
) -> None:
    """Send a test message to a destination; nothing is recorded."""
    with invocation.store() as store:
        store.alerts.test(destination)
    if invocation.as_json:
        write_json({"destination": destination, "ok": True})
    else:
        write_line(f"{destination} took a test message")


@command(app, "retry")
def retry(
    invocation: Invocation,
    alerts: Annotated[Many, typer.Argument(help="The ids of alerts that were given up.")],
    *,
    reason: Reason = None,
    actor: Actor = None,
) -> None:
    """Have alerts that were given up tried again, each as a new one; the next sending does."""
    with invocation.store(actor) as store:
        found = [store.alerts.retry(each, reason=reason) for each in alerts]
    if invocation.as_json:
        write_json({"alerts": [each.to_dict() for each in found]})
    else:
        write_table([_told(each) for each in found], "no alert")


@command(app, "acknowledge")
def acknowledge(
    invocation: Invocation,
    what: Annotated[str, typer.Argument(help="The id of an alert or of a drift incident.")],
    *,
    reason: Reason = None,
    actor: Actor = None,
) -> None:
    """Take notice of what an alert is about, so that it is not said again."""
    with invocation.store(actor) as store:
        store.alerts.acknowledge(what, reason=reason)
    if invocation.as_json:
        write_json({"acknowledged": what})
    else:
        write_line(f"{what} acknowledged")


def _lost(alert: AlertInfo) -> bool:
    """Tell whether nobody was told of an alert, be it by another message, nor will be."""
    return alert.status == "given up" and alert.told_by is None


def write_delivery(report: DeliveryReport) -> None:
    """Write what one pass of delivery did."""
    if report.elsewhere:
        write_line("another process is delivering; nothing was done here")
        return
    failed = len(report.failed)
    facts = {
        "raised": report.raised,
        "held_back": report.held_back,
        "delivered": len(report.delivered),
        "failed": failed,
        "waiting": report.waiting,
    }
    write_record("alerts", facts)
    if report.failed:
        write_table([_told(each) for each in report.failed], "none")


def _told(alert: AlertInfo) -> dict[str, Any]:
    return {
        "alert": alert.alert_id,
        "status": alert.status,
        "title": alert.title,
        "destination": alert.destination,
        "attempts": alert.attempts,
        "next_attempt": alert.next_attempt_at,
        "error": alert.error,
    }


def _facts(rule: AlertRule) -> dict[str, Any]:
    said = rule.said
    restricted = [*said.owners, *said.tags, *said.features]
    return {
        "kinds": said.kinds,
        "severity": said.minimum_severity,
        "only": restricted,
        "quality_below": said.quality_below,
        "destinations": said.destinations,
    }
