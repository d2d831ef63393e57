"""The command line: ``featuretrail``; what it offers is listed in ``commands.listing``."""

import logging
import sys
import traceback

import typer

from featuretrail.commands.deferred import Root
from featuretrail.commands.exits import DEFECT, complain
from featuretrail.commands.invocation import Debug, Invocation, Url
from featuretrail.commands.terminal import on_terminal

app = typer.Typer(
    name="featuretrail",
    cls=Root,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if on_terminal() else None,
    help="A feature store whose truth is an append-only event log. Ends with 0 when all is fine, "
    "1 for a finding, 2 for invalid input, 3 when the database cannot be reached.",
)


@app.callback()
def options(context: typer.Context, *, url: Url = None, debug: Debug = False) -> None:
    """Take the options that may stand before a command."""
    context.obj = Invocation(url=url, debug=debug)


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
