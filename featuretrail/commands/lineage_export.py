"""``lineage export``: the graph as a picture, or its runs as OpenLineage events."""

from pathlib import Path
from typing import Annotated, Any

import typer

from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.moments import At, moment
from featuretrail.commands.output import write_json, write_record
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.lineage.pictures.boxing import Detail
from featuretrail.lineage.exporting import Format


def add_commands(app: typer.Typer) -> None:
    """Add the command to the group ``lineage``."""
    command(app, "export")(export)


def export(
    invocation: Invocation,
    thing: Annotated[
        str | None,
        typer.Argument(
            metavar="[FEATURE|SET|SNAPSHOT]",
            help="Only what this comes from and what comes from it; without it, all there is.",
            show_default=False,
        ),
    ] = None,
    *,
    format: Annotated[  # noqa: A002 - the option's name
        Format, typer.Option("--format", help="A picture, or what ran as OpenLineage events.")
    ] = "mermaid",
    to: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|URL",
            help="Write to this file; or send OpenLineage events to this http:// or https:// "
            "address. By default they go to standard output.",
            show_default=False,
        ),
    ] = None,
    at: At = None,
    detail: Annotated[
        Detail,
        typer.Option(
            help="In a picture, each feature, or groups by their number; auto: groups above 40 "
            "things."
        ),
    ] = "auto",
    after: Annotated[
        int,
        typer.Option(min=0, metavar="POSITION", help="Only events of runs after this position."),
    ] = 0,
    namespace: Annotated[
        str | None,
        typer.Option(
            metavar="postgres://HOST:PORT",
            help="What the server is called in events; by default as it is connected to.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Draw the lineage, or export what ran as OpenLineage events, now or in the past."""
    moment_ = None if at is None else moment(at, "--at")
    if to is not None and to.startswith(("http://", "https://")):
        if format != "openlineage":
            raise InvalidInputError(
                f"only OpenLineage events are sent to an address; give --format openlineage, or "
                f"a file for the format {format}"
            )
        with invocation.store() as store:
            sent = store.lineage.send(to, thing, at=moment_, after=after, namespace=namespace)
        _report(invocation, {"format": format, "to": to.partition("?")[0], "count": sent})
        return
    with invocation.store() as store:
        made = store.lineage.export(
            format, thing, at=moment_, detail=detail, after=after, namespace=namespace
        )
    if to is not None:
        try:
            made.write(Path(to))
        except OSError as error:
            raise InvalidInputError(f"{to} cannot be written: {error.strerror or error}") from error
        facts = {"format": format, "to": to, "position": made.position, "count": made.count}
        _report(invocation, facts)
    elif invocation.as_json:
        write_json(made.to_dict())
    else:
        typer.echo(made.text, nl=False)


def _report(invocation: Invocation, facts: dict[str, Any]) -> None:
    if invocation.as_json:
        write_json(facts)
    else:
        write_record("exported", facts)
