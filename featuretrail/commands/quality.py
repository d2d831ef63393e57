"""``quality``: how good features are, and the baselines that they are compared with."""

from collections.abc import Mapping
from typing import Annotated

import typer

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.commands.windows import (
    Last,
    Since,
    Threshold,
    Until,
    thresholds_of,
    window_of,
)
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.quality.baseline import Baseline
from featuretrail.domain.quality.feature_quality import DIMENSIONS, FeatureQuality, SetQuality

app = typer.Typer(
    no_args_is_help=True, help="How good features are, and baselines to compare them with."
)

Reason = Annotated[str | None, typer.Option(help="Why, for the audit trail.", show_default=False)]


@command(app, "check")
def check(
    invocation: Invocation,
    what: Annotated[
        str, typer.Argument(help="A feature (group.feature), a group, a set, or a snapshot (@).")
    ],
    *,
    last: Last = None,
    since: Since = None,
    until: Until = None,
    at_least: Annotated[
        float, typer.Option(help="A score below this is a finding.", min=0, max=100)
    ] = 80.0,
    record: Annotated[bool, typer.Option(help="Record the check in the log.")] = True,
    reason: Reason = None,
    actor: Actor = None,
) -> int:
    """Judge how good values are; ends with 1 if a score is below --at-least, or there is none."""
    window = window_of(last, since, until)
    found: FeatureQuality | SetQuality
    with invocation.store(actor) as store:
        if "." in what.partition("@")[0]:
            found = store.quality.check_feature_quality(
                what, window=window, record=record, reason=reason
            )
        elif "@" in what:
            if window is not None:
                raise InvalidInputError(f"{what} is a snapshot, which is judged whole")
            found = store.quality.check_snapshot_quality(what, record=record, reason=reason)
        else:
            found = store.quality.check_set_quality(what, window, record=record, reason=reason)
    if invocation.as_json:
        write_json(found.to_dict())
    elif isinstance(found, FeatureQuality):
        _explain(found)
    else:
        _explain_set(found)
    features = [found] if isinstance(found, FeatureQuality) else list(found.features.values())
    poor = [each for each in features if each.score is None or each.score < at_least]
    return FINDING if poor or not features else FINE


@command(app, "baseline")
def baseline(
    invocation: Invocation,
    what: Annotated[
        str | None,
        typer.Argument(help="A set, a group or a feature; with --snapshot all of it without one."),
    ] = None,
    *,
    snapshot: Annotated[
        str | None, typer.Option(help="Of this snapshot's rows.", show_default=False)
    ] = None,
    last: Last = None,
    since: Since = None,
    until: Until = None,
    season: Annotated[
        str | None,
        typer.Option(help="Compare like with like: hour, weekday, month, or several with +."),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Whose hours, such as America/New_York; UTC without.")
    ] = None,
    threshold: Threshold = None,
    name: Annotated[
        str | None, typer.Option(help="Its name; without one, the next, such as weather-1.")
    ] = None,
    reason: Reason = None,
    actor: Actor = None,
) -> None:
    """Profile features once, and pin that to compare later values with."""
    with invocation.store(actor) as store:
        made = store.quality.create_baseline(
            what,
            snapshot=snapshot,
            window=window_of(last, since, until),
            season=season,
            time_zone=time_zone,
            thresholds=thresholds_of(threshold),
            name=name,
            reason=reason,
        )
    if invocation.as_json:
        write_json(made.to_dict())
    else:
        write_record(f"baseline {made.name}", _facts(made))


@command(app, "baselines")
def baselines(
    invocation: Invocation,
    name: Annotated[
        str | None, typer.Argument(help="Only this one, in detail.", show_default=False)
    ] = None,
) -> None:
    """List the baselines, or show one."""
    with invocation.store() as store:
        found = store.quality.baselines() if name is None else [store.quality.baseline(name)]
    if invocation.as_json:
        write_json({"baselines": [each.to_dict() for each in found]})
    elif name is None:
        write_table([{"name": each.name, **_row(each)} for each in found], "no baselines yet")
    else:
        write_record(f"baseline {name}", _facts(found[0]))


def _explain(quality: FeatureQuality) -> None:
    write_record(
        f"{quality.feature_name}@{quality.version}",
        {
            "score": _figure(quality.score),
            "coverage": f"{quality.coverage:.0f} %",
            "rows": f"{quality.rows:,}",
            "since": quality.since,
            "until": quality.until,
        },
    )
    rows = [
        {"dimension": name, "score": _figure(each.score), "reason": each.reason}
        for name, each in quality.dimensions.items()
    ]
    write_table(rows, "none")


def _explain_set(quality: SetQuality) -> None:
    facts: Mapping[str, object] = {
        "score": _figure(quality.score),
        "coverage": f"{quality.coverage:.0f} %",
    }
    write_record(quality.snapshot_id or quality.name, facts)
    rows = [
        {
            "feature": name,
            "score": _figure(each.score),
            **{dimension: _figure(each.dimensions[dimension].score) for dimension in DIMENSIONS},
        }
        for name, each in quality.features.items()
    ]
    write_table(rows, "no features")
    for reason in quality.reasons:
        if "not evaluated" not in reason:
            write_line(reason)


def _row(made: Baseline) -> dict[str, object]:
    return {
        "of": made.target,
        "features": len(made.features),
        "rows": f"{made.rows:,}",
        "snapshot": made.snapshot_id,
        "since": made.since,
        "until": made.until,
        "season": made.season,
        "position": made.position,
    }


def _facts(made: Baseline) -> dict[str, object]:
    return {
        **_row(made),
        "features": list(made.features),
        "time_zone": made.time_zone,
        "thresholds": {
            name: ", ".join(f"{each} {value}" for each, value in said.items())
            for name, said in made.thresholds.items()
        },
        "digest": made.digest,
        "created_at": made.created_at,
        "actor": made.actor,
        "reason": made.reason,
    }


def _figure(score: float | None) -> str | None:
    return None if score is None else f"{score:.5g}"
