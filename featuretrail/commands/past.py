"""``audit at`` and ``audit diff``: what was so at a moment, what changed between two."""

import re
from typing import Annotated, Any

import typer

from featuretrail.audit.differences import REGISTRY, Difference
from featuretrail.audit.states import RegistryAt, StateAt
from featuretrail.audit.tables import TableAt
from featuretrail.commands.audit import event_row
from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.moments import instant, moment_or_version
from featuretrail.commands.output import (
    write_json,
    write_line,
    write_record,
    write_report,
    write_table,
)
from featuretrail.domain.errors import InvalidInputError
from featuretrail.projections.read_models import READ_MODELS

_DIGEST = re.compile(r"[0-9a-f]{64}")

TABLES = tuple(model.table for model in READ_MODELS)


def add_commands(app: typer.Typer) -> None:
    """Add the commands to ``audit``."""
    command(app, "at")(at)
    command(app, "diff")(diff)


def at(
    invocation: Invocation,
    what: Annotated[
        str,
        typer.Argument(
            metavar="SUBJECT|registry|TABLE",
            help="A subject ('feature weather.temp', a UUID), registry, or a table's name.",
        ),
    ],
    version: Annotated[
        str | None,
        typer.Option(metavar="N|VERSION", help="At the N-th event of it, or at version 1.2.0."),
    ] = None,
    position: Annotated[int | None, typer.Option(min=0, help="As of this position.")] = None,
    time: Annotated[
        str | None, typer.Option(help="As of this time (2013-05-01T12:00:00Z).")
    ] = None,
    feature: Annotated[
        str | None, typer.Option(help="Of a table: only rows of this feature.")
    ] = None,
    snapshot: Annotated[
        str | None, typer.Option(help="Of a table: only rows of this snapshot.")
    ] = None,
    row_id: Annotated[str | None, typer.Option("--id", help="Of a table: only this row.")] = None,
) -> None:
    """Show what a thing, all definitions or a table of the read side were; by default now."""
    chosen = {"feature": feature, "snapshot": snapshot, "id": row_id}
    _check(what, chosen, version, position, time)
    which = position if time is None else instant(time, "--time")
    with invocation.store() as store:
        found: RegistryAt | TableAt | StateAt
        if what == REGISTRY:
            found = store.audit.registry_at(which)
        elif what in TABLES:
            found = store.audit.rows_at(what, which, feature=feature, snapshot=snapshot, id=row_id)
        else:
            found = store.audit.state_at(what, which, version=_number(version))
    if invocation.as_json:
        write_json(found.to_dict())
    else:
        _explain(found)


def diff(
    invocation: Invocation,
    subject: Annotated[
        str,
        typer.Argument(metavar="SUBJECT|registry", help="A subject, or registry: all definitions."),
    ],
    first: Annotated[
        str, typer.Argument(metavar="FROM", help="A position, a time, or a version as 1.0.0.")
    ],
    second: Annotated[
        str | None,
        typer.Argument(metavar="[TO]", help="Another; by default now.", show_default=False),
    ] = None,
) -> int:
    """Show what changed between two moments, and by whom; ends with 1 if anything, like diff(1)."""
    start = moment_or_version(first, "FROM")
    end = None if second is None else moment_or_version(second, "TO")
    with invocation.store() as store:
        found = store.audit.diff(subject, start, end)
    if invocation.as_json:
        write_json(found.to_dict())
    else:
        _explain_difference(found)
    return FINE if found.equal else FINDING


def _check(
    what: str,
    chosen: dict[str, str | None],
    version: str | None,
    position: int | None,
    time: str | None,
) -> None:
    """Refuse options that do not go together."""
    if position is not None and time is not None:
        raise InvalidInputError("--position and --time are two moments; give one of them")
    given = [f"--{name}" for name, value in chosen.items() if value is not None]
    if given and what not in TABLES:
        raise InvalidInputError(
            f"{' and '.join(given)} choose rows of a table; {what!r} is none: {', '.join(TABLES)}"
        )
    if version is not None and (what == REGISTRY or what in TABLES):
        raise InvalidInputError(f"{what!r} has no versions; give --position or --time")


def _number(version: str | None) -> int | str | None:
    """Return a version as the audit takes it: a number in the stream, or a semantic version."""
    return int(version) if version is not None and version.isdecimal() else version


def _explain(found: RegistryAt | TableAt | StateAt) -> None:
    match found:
        case StateAt():
            title = f"{found.subject} at position {found.at}, its version {found.version}"
            write_report(title, found.state)
            write_record("last changed by", event_row(found.last))
        case TableAt():
            write_line(f"{found.table} at position {found.at}", style="bold")
            write_table(found.rows, "no row")
            if found.dead_letters:
                letters = ", ".join(map(str, found.dead_letters))
                write_line(f"without the events that could not be taken in: {letters}")
        case RegistryAt():
            _explain_registry(found)


def _explain_registry(found: RegistryAt) -> None:
    whole = found.to_dict()
    columns = {
        "groups": ("version", "keys", "owner", "description"),
        "features": ("version", "dtype", "unit", "owner", "description"),
        "sets": ("version", "pinned", "label", "owner", "description"),
    }
    write_line(f"registry at position {found.at}", style="bold")
    for kind, names in columns.items():
        write_line(kind, style="bold")
        rows = [
            {"name": name, **{column: facts[column] for column in names}}
            for name, facts in whole[kind].items()
        ]
        write_table(rows, "none")


def _explain_difference(found: Difference) -> None:
    moments = f"from position {found.from_position} to {found.to_position}"
    write_line(f"{found.subject} {moments}", style="bold")
    rows: list[dict[str, Any]] = [
        {"subject": each, "field": "(new)", "before": None, "after": None, "position": None}
        for each in found.created
        if found.subject == REGISTRY
    ]
    rows += [
        {
            "subject": each.subject,
            "field": each.field,
            "before": _short(each.before),
            "after": _short(each.after),
            "position": each.positions[-1],
        }
        for each in found.changes
        if found.subject != REGISTRY or each.subject not in found.created
    ]
    write_table(rows, "nothing changed")
    if found.events:
        write_line("events", style="bold")
        write_table([event_row(entry) for entry in found.events], "none")


def _short(value: object) -> object:
    """Return a digest's first characters, which tell it from any other; the rest as it is."""
    return f"{value[:12]}..." if isinstance(value, str) and _DIGEST.fullmatch(value) else value
