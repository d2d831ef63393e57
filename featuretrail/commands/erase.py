"""``erase``: really delete the rows of entities, after showing what would go."""

from typing import Annotated, Any

import typer

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.moments import entity_key
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.commands.progress import progress_bar
from featuretrail.commands.terminal import on_terminal
from featuretrail.domain.errors import InvalidInputError
from featuretrail.infrastructure.erasing.erasure import Erasure

_COUNTS = ("values", "retractions", "online", "served", "outcomes", "parked", "batches")


def add_commands(app: typer.Typer) -> None:
    """Add the command to the root."""
    command(app, "erase")(erase)


def erase(
    invocation: Invocation,
    group: Annotated[str, typer.Argument(help="The feature group.")],
    *,
    keys: Annotated[
        list[str],
        typer.Option("--key", "--keys", help="A key column of the entity, column=value."),
    ],
    reason: Annotated[
        str, typer.Option(help="Why, for the audit trail, without naming the entity.")
    ],
    cascade: Annotated[
        bool, typer.Option("--cascade", help="Also what rules computed under the same keys.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would go and erase nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
    actor: Actor = None,
) -> int:
    """Really delete all rows of one entity: values, served rows, outcomes, rows of snapshots.

    Shows what would go and asks first. What went is gone for the past too, and nothing brings it
    back. Ends with 1 when it was not confirmed.
    """
    if not (dry_run or yes or (on_terminal() and not invocation.as_json)):
        raise InvalidInputError("nobody can be asked here: give --yes to erase, or --dry-run")
    with invocation.store(actor) as store, progress_bar() as progress:
        entity = entity_key(keys, store.registry().group(group).keys)
        progress.add_task("looking for rows", total=None)
        if not yes:
            plan = store.erase(group, entity, reason, cascade=cascade, dry_run=True)
            progress.stop()
            _show(plan, as_json=invocation.as_json)
            if dry_run or not plan.found:
                return FINE
            if not typer.confirm("erase all this?"):
                write_line("nothing was erased")
                return FINDING
        done = store.erase(group, entity, reason, cascade=cascade)
        progress.stop()
    _show(done, as_json=invocation.as_json)
    return FINE


def _show(found: Erasure, *, as_json: bool) -> None:
    if as_json:
        write_json(found.to_dict())
        return
    facts: dict[str, Any] = {"groups": ", ".join(found.groups)}
    facts |= {name: getattr(found, name) for name in _COUNTS}
    if found.position is not None:
        facts["position"] = found.position
    if found.erased_before:
        facts["erased before by"] = ", ".join(map(str, found.erased_before))
    write_record(_title(found), facts)
    if found.snapshots:
        write_line("snapshots that can no longer be proven as they were frozen", style="bold")
        write_table([dict(each) for each in found.to_dict()["snapshots"]], "none")
    if found.still_held:
        write_line("groups that still hold rows of it", style="bold")
        write_table([dict(each) for each in found.to_dict()["still_held"]], "none")
    if found.in_log:
        at = ", ".join(map(str, found.in_log))
        write_line(f"events that name it, and stay: {at}")
    if found.unread_messages:
        write_line(f"parked messages that nobody can read: {found.unread_messages}")


def _title(found: Erasure) -> str:
    if not found.found:
        return "there is nothing to erase"
    return "would be erased" if found.dry_run else "erased"
