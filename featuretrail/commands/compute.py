"""``compute``: features by their rules."""

from pathlib import Path
from typing import Annotated

import typer

from featuretrail.commands.definition_files import read_definitions
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.moments import instant
from featuretrail.commands.output import write_json, write_line, write_table
from featuretrail.commands.progress import phases
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.infrastructure.computing.report import ComputeReport


def add_commands(app: typer.Typer) -> None:
    """Add the command to the root."""
    command(app, "compute")(compute)


def compute(
    invocation: Invocation,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Groups, sets, or group.feature.")
    ],
    *,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--from", help="A Python file that defines the groups, for its functions; repeatable."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="The first event time; without it, what is due.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The event time to stop before.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit trail.")] = None,
    actor: Actor = None,
) -> None:
    """Compute features by their rules, and first whatever is due of the features they read.

    Rows whose values the store holds already are not written again, so a run can be repeated.
    """
    first = None if since is None else instant(since, "--since")
    end = None if until is None else instant(until, "--until")
    definitions = [each for file in files or () for each in read_definitions(file)]
    with invocation.store(actor) as store:
        store.rules.bind(each for each in definitions if isinstance(each, FeatureGroup))
        with phases() as progress:
            report = store.compute(names, first, end, reason=reason, progress=progress)
    if invocation.as_json:
        write_json(report.to_dict())
    else:
        _write(report)


def _write(report: ComputeReport) -> None:
    rows = [
        {
            "feature": feature.feature,
            "rows": feature.rows,
            "written": feature.written,
            "first": feature.first,
            "last": feature.last,
            "ms": round(feature.milliseconds, 1),
            "position": feature.position,
            "due": feature.due,
        }
        for feature in report.features
    ]
    write_table(rows, "no features")
    write_line(f"{report.written} values written, the log is at position {report.position}")
