"""``drift checks`` and ``drift recheck``: what was recorded, and what would be said today."""

from typing import Annotated

import typer

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.moments import moment
from featuretrail.commands.output import write_json, write_line, write_table
from featuretrail.commands.windows import Threshold, thresholds_of
from featuretrail.domain.quality.drift_check import DriftCheck, RecordedCheck


def add_commands(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    command(app, "checks")(checks)
    command(app, "recheck")(recheck)


def checks(
    invocation: Invocation,
    baseline: Annotated[str, typer.Argument(help="The baseline's name.")],
    *,
    last: Annotated[int, typer.Option(help="How many, the newest.", min=1)] = 20,
) -> None:
    """Show the newest recorded checks of windows against a baseline, newest first."""
    with invocation.store() as store:
        found = store.quality.checks(baseline, last=last)
    if invocation.as_json:
        write_json({"checks": [each.to_dict() for each in found]})
    else:
        write_table([_row(each) for each in found], "no checks yet")


def recheck(
    invocation: Invocation,
    start: Annotated[
        str, typer.Argument(metavar="START", help="Checks recorded after: a position or a time.")
    ],
    end: Annotated[str, typer.Argument(metavar="END", help="Up to: a position or a time.")],
    *,
    alpha: Annotated[
        float | None, typer.Option(help="Another bound of false discoveries.", min=0, max=1)
    ] = None,
    threshold: Threshold = None,
    baseline: Annotated[
        str | None, typer.Option(help="Only checks against this one.", show_default=False)
    ] = None,
) -> int:
    """Ask recorded checks again, as known then, by other thresholds; nothing is written.

    Ends with 1 if something else would be said.
    """
    with invocation.store() as store:
        found = store.quality.recheck(
            moment(start, "START"),
            moment(end, "END"),
            alpha=alpha,
            thresholds=thresholds_of(threshold),
            baseline=baseline,
        )
    if invocation.as_json:
        write_json({"checks": [each.to_dict() for each in found]})
    else:
        write_table([_beside(each) for each in found], "no checks were recorded then")
        for each in found:
            _explain(each)
    return FINDING if any(each.changed for each in found) else FINE


def _row(check: DriftCheck) -> dict[str, object]:
    return {
        "position": check.position,
        "since": check.since,
        "until": check.until,
        "features": len(check.verdicts),
        "drifted": list(check.drifted),
        "open incidents": len(check.incidents),
    }


def _beside(check: RecordedCheck) -> dict[str, object]:
    now = check.now
    return {
        "position": check.recorded.position,
        "baseline": check.recorded.baseline,
        "until": check.recorded.until,
        "drifted then": list(check.recorded.drifted),
        "drifted now": "not evaluated" if now is None else list(now.drifted),
    }


def _explain(check: RecordedCheck) -> None:
    if check.reason is not None:
        write_line(f"{check.recorded.position}: {check.reason}")
    for name in check.changed:
        said = None if check.now is None else check.now.verdicts[name].words
        write_line(f"{check.recorded.position}: {said}")
