"""``drift``: compare values with baselines, and look after the incidents that this opens."""

from typing import Annotated

import typer

from featuretrail.commands.drift_pictures import (
    HistoryFile,
    SvgFile,
    incident_pictures,
    save_pictures,
    write_pictures,
)
from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.moments import known_at
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.commands.quality import Reason
from featuretrail.commands.windows import (
    Last,
    Since,
    Threshold,
    Until,
    thresholds_of,
    window_of,
)
from featuretrail.domain.quality.drift_check import DriftCheck, FeatureVerdict
from featuretrail.domain.quality.incident import Incident

app = typer.Typer(
    no_args_is_help=True, help="Drift of features from their baselines, and its incidents."
)

IncidentId = Annotated[str, typer.Argument(help="The incident's id, as drift list shows it.")]
Alpha = Annotated[float, typer.Option(help="The bound of false discoveries.", min=0, max=1)]
Record = Annotated[bool, typer.Option(help="Record the check and move incidents.")]


@command(app, "check")
def check(
    invocation: Invocation,
    baseline: Annotated[str, typer.Argument(help="The baseline's name.")],
    *,
    last: Last = None,
    since: Since = None,
    until: Until = None,
    snapshot: Annotated[
        str | None, typer.Option(help="Check this snapshot's rows.", show_default=False)
    ] = None,
    known_at_: Annotated[
        str | None,
        typer.Option(
            "--known-at",
            metavar="POSITION|TIME",
            help="As the store knew them.",
            show_default=False,
        ),
    ] = None,
    alpha: Alpha = 0.05,
    threshold: Threshold = None,
    record: Record = True,
    reason: Reason = None,
    actor: Actor = None,
) -> int:
    """Compare values with a baseline; ends with 1 if a feature drifted."""
    with invocation.store(actor) as store:
        found = store.quality.check_drift(
            baseline,
            window=window_of(last, since, until),
            snapshot=snapshot,
            alpha=alpha,
            thresholds=thresholds_of(threshold),
            known_at=known_at(known_at_),
            record=record,
            reason=reason,
        )
    return write_check(invocation, found)


@command(app, "concept")
def concept(
    invocation: Invocation,
    reference: Annotated[str, typer.Argument(help="A snapshot with a label.")],
    current: Annotated[
        str | None, typer.Argument(help="A newer snapshot; or give a window.", show_default=False)
    ] = None,
    *,
    last: Last = None,
    since: Since = None,
    until: Until = None,
    alpha: Alpha = 0.05,
    threshold: Threshold = None,
    record: Record = True,
    reason: Reason = None,
    actor: Actor = None,
) -> int:
    """Compare how features relate to the label then and now; ends with 1 if that changed."""
    with invocation.store(actor) as store:
        found = store.quality.check_concept_drift(
            reference,
            current,
            window=window_of(last, since, until),
            alpha=alpha,
            thresholds=thresholds_of(threshold),
            record=record,
            reason=reason,
        )
    return write_check(invocation, found)


@command(app, "list")
def list_incidents(
    invocation: Invocation,
    *,
    every: Annotated[bool, typer.Option("--all", help="Those that are resolved too.")] = False,
    feature: Annotated[
        str | None, typer.Option(help="Only of this feature or group.", show_default=False)
    ] = None,
) -> int:
    """List the open incidents; ends with 1 if there are any that are open."""
    with invocation.store() as store:
        found = store.quality.incidents(open=None if every else True, feature=feature)
    if invocation.as_json:
        write_json({"incidents": [each.to_dict() for each in found]})
    else:
        write_table([_row(each) for each in found], "no incidents")
    return FINDING if any(each.open for each in found) else FINE


@command(app, "show")
def show(
    invocation: Invocation,
    incident: IncidentId,
    *,
    svg: SvgFile = None,
    history_svg: HistoryFile = None,
) -> None:
    """Show an incident, its values against their baseline, and the history of the measure."""
    with invocation.store() as store:
        found = store.quality.incident(incident)
        files = (svg, history_svg)
        drawn = incident_pictures(store.quality, found, files, shown=not invocation.as_json)
    save_pictures(drawn, files)
    _write_incident(invocation, found)
    if not invocation.as_json:
        write_pictures(drawn)


@command(app, "acknowledge")
def acknowledge(
    invocation: Invocation, incident: IncidentId, *, reason: Reason = None, actor: Actor = None
) -> None:
    """Take notice of an incident; once is enough."""
    with invocation.store(actor) as store:
        found = store.quality.acknowledge(incident, reason=reason)
    _write_incident(invocation, found)


@command(app, "resolve")
def resolve(
    invocation: Invocation,
    incident: IncidentId,
    action: Annotated[str, typer.Argument(help="What was done, in words.")],
    *,
    reason: Reason = None,
    actor: Actor = None,
) -> None:
    """End an incident by what was done about it."""
    with invocation.store(actor) as store:
        found = store.quality.resolve(incident, action, reason=reason)
    _write_incident(invocation, found)


def write_check(invocation: Invocation, found: DriftCheck) -> int:
    """Write a check and return the exit code that it amounts to."""
    if invocation.as_json:
        write_json(found.to_dict())
    else:
        _explain(found)
    return FINE if found.ok else FINDING


def _explain(found: DriftCheck) -> None:
    write_record(
        f"drift check {found.baseline}",
        {
            "since": found.since,
            "until": found.until,
            "snapshot": found.snapshot_id,
            "outcome": found.outcome,
            "alpha": found.alpha,
            "values known at": found.known_position,
            "recorded at": found.position,
        },
    )
    write_table([verdict_row(each) for each in found.verdicts.values()], "no features")
    for each in found.verdicts.values():
        write_line(each.words, style="bold red" if each.drifted else "")


def verdict_row(verdict: FeatureVerdict) -> dict[str, object]:
    """Return a verdict as a row of a table."""
    return {
        "feature": verdict.feature_name,
        "status": verdict.status,
        "severity": verdict.severity,
        "measure": verdict.measure,
        "score": _figure(verdict.score),
        "threshold": _figure(verdict.threshold),
        "adjusted p": _figure(verdict.p_value),
    }


def _row(incident: Incident) -> dict[str, object]:
    return {
        "incident": str(incident.incident_id),
        "feature": incident.feature_name,
        "status": incident.status,
        "severity": incident.severity,
        "since": incident.since,
        "baseline": incident.baseline,
        "words": incident.words,
    }


def _write_incident(invocation: Invocation, incident: Incident) -> None:
    if invocation.as_json:
        write_json(incident.to_dict())
        return
    facts = incident.to_dict()
    words, own_id = facts.pop("words"), facts.pop("incident_id")
    write_record(f"drift incident {own_id}", facts)
    write_line(words, style="bold red" if incident.open else "")


def _figure(number: float | None) -> str | None:
    return None if number is None else f"{number:.3g}"
