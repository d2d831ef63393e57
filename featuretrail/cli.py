"""The command line: ``featuretrail``."""

import logging
import sys
import traceback
from importlib.metadata import version as installed_version

import typer

from featuretrail.commands import (
    alerts,
    audit,
    compute,
    consistency,
    db,
    definitions,
    docs,
    doctor,
    drift,
    drift_past,
    erase,
    features,
    groups,
    ingest,
    lineage,
    lineage_export,
    monitor,
    outcomes,
    past,
    performance,
    projections,
    quality,
    rebuild,
    retention,
    sets,
    snapshots,
    stream,
)
from featuretrail.commands.exits import DEFECT, complain
from featuretrail.commands.invocation import Debug, Invocation, Url, command
from featuretrail.commands.output import on_terminal, write_json, write_line

app = typer.Typer(
    name="featuretrail",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if on_terminal() else None,
    help="A feature store whose truth is an append-only event log. Ends with 0 when all is fine, "
    "1 for a finding, 2 for invalid input, 3 when the database cannot be reached.",
)
app.add_typer(db.app, name="db")
app.add_typer(groups.app, name="group")
app.add_typer(features.app, name="feature")
app.add_typer(sets.app, name="set")
definitions.add_commands(app)
ingest.add_commands(app)
erase.add_commands(app)
compute.add_commands(app)
app.add_typer(snapshots.app, name="snapshot")
lineage_export.add_commands(lineage.app)
app.add_typer(lineage.app, name="lineage")
rebuild.add_commands(projections.app)
app.add_typer(projections.app, name="projections")
past.add_commands(audit.app)
app.add_typer(audit.app, name="audit")
retention.add_commands(app, db.app)
app.add_typer(retention.app, name="retention")
app.add_typer(performance.app, name="performance")
app.add_typer(quality.app, name="quality")
drift_past.add_commands(drift.app)
app.add_typer(drift.app, name="drift")
app.add_typer(alerts.app, name="alerts")
app.add_typer(monitor.app, name="monitor")
app.add_typer(stream.app, name="stream")
app.add_typer(outcomes.app, name="outcomes")
app.add_typer(consistency.app, name="consistency")
app.add_typer(docs.app, name="docs")
doctor.add_commands(app)


@app.callback()
def options(context: typer.Context, *, url: Url = None, debug: Debug = False) -> None:
    """Take the options that may stand before a command."""
    context.obj = Invocation(url=url, debug=debug)


@command(app, "version")
def version(invocation: Invocation) -> None:
    """Show the version of featuretrail."""
    number = installed_version("featuretrail")
    if invocation.as_json:
        write_json({"version": number})
    else:
        write_line(number)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    for output in (sys.stdout, sys.stderr):
        if output is not None:  # it was closed: featuretrail >&-
            output.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # what it warns of, we say ourselves
    try:
        app()
    except Exception:  # noqa: BLE001 - shown whole, and told apart from a finding by its exit code
        traceback.print_exc()
        complain("this is a defect of featuretrail; please report it with the lines above")
        sys.exit(DEFECT)
