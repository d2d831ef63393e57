"""``outcomes``: record what really happened, list it, count it; and what was served."""

from pathlib import Path
from typing import Annotated, Any

import typer

from featuretrail.commands.ingest import Delimiter, Encoding, Null, Timezone
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.moments import instant
from featuretrail.commands.output import write_json, write_record, write_report, write_table
from featuretrail.commands.progress import progress_bar
from featuretrail.commands.reading import Reading
from featuretrail.commands.windows import Since, Until
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.outcomes import OnConflict
from featuretrail.domain.registry import Registry

app = typer.Typer(no_args_is_help=True, help="Outcomes: what really happened, and what it judges.")

Label = Annotated[str, typer.Option(help="The feature that holds them: flights.arr_delay.")]
OfLabel = Annotated[str | None, typer.Option("--label", help="Only of this label.")]
Judged = Annotated[str | None, typer.Option("--snapshot", help="The snapshot that they judge.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
SnapshotId = Annotated[str, typer.Argument(help="The snapshot, such as departure_delay@1.0.0.")]


@command(app, "record")
def record(
    invocation: Invocation,
    file: Annotated[Path, typer.Argument(help="A file of outcomes: Parquet, Arrow IPC, CSV.")],
    *,
    label: Label,
    snapshot: Judged = None,
    on_conflict: Annotated[
        OnConflict, typer.Option(help="What another value than the recorded one does.")
    ] = "error",
    unjudged: Annotated[
        bool, typer.Option("--unjudged", help="Accept rows that judge nothing.")
    ] = False,
    idempotency_key: Annotated[
        str | None, typer.Option(help="A retry with the same key records nothing twice.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Where they come from; by default the file's name.")
    ] = None,
    timezone: Timezone = None,
    delimiter: Delimiter = None,
    encoding: Encoding = "utf8",
    null: Null = None,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit trail.")] = None,
    actor: Actor = None,
) -> None:
    """Record the outcomes in FILE: all of them or none.

    Each row has the keys of the label's group, event_time, the label, and what it judges:
    served_id, or judged_time with --snapshot or a column snapshot_id.
    """
    with invocation.store(actor) as store, progress_bar() as progress:
        types = _types(store.registry(), label)
        rows = Reading(types, timezone, delimiter, encoding, tuple(null or ())).read(file, progress)
        progress.add_task(f"recording {rows.num_rows} outcomes", total=None)
        receipt = store.record_outcomes(
            label,
            rows,
            snapshot=snapshot,
            on_conflict=on_conflict,
            unjudged=unjudged,
            idempotency_key=idempotency_key,
            source=file.name if source is None else source,
            reason=reason,
        )
    if invocation.as_json:
        write_json(receipt.to_dict())
    else:
        write_record(f"outcomes of {receipt.label}@{receipt.version}", receipt.to_dict())


@command(app, "list")
def list_outcomes(
    invocation: Invocation,
    *,
    label: OfLabel = None,
    snapshot: Judged = None,
    since: Since = None,
    until: Until = None,
    holds: Annotated[
        bool, typer.Option("--holds", help="With --snapshot: what holds of each row of it.")
    ] = False,
    limit: Limit = 100,
) -> None:
    """List recorded outcomes, oldest first; those that were replaced since are among them."""
    if holds and (snapshot is None or since is not None or until is not None):
        raise InvalidInputError("--holds tells what holds of a snapshot: give --snapshot, no times")
    with invocation.store() as store:
        if snapshot is not None and holds:
            rows = store.outcomes.holding(snapshot, label, limit=limit)
        else:
            rows = store.outcomes.records(
                label,
                snapshot=snapshot,
                since=None if since is None else instant(since, "--since"),
                until=None if until is None else instant(until, "--until"),
                limit=limit,
            )
    if invocation.as_json:
        write_json({"outcomes": rows})
        return
    names = ("position", "label", "version", "keys", "event_time", "value", "snapshot_id")
    more = ("judged_time", "served_id", "late", "replaced")
    write_table([{name: row[name] for name in (*names, *more)} for row in rows], "no outcome")


@command(app, "coverage")
def coverage(invocation: Invocation, snapshot_id: SnapshotId) -> None:
    """Tell how many rows of a snapshot have an outcome, by label and version."""
    with invocation.store() as store:
        found = store.outcomes.coverage(snapshot_id).to_dict()
    if invocation.as_json:
        write_json(found)
    else:
        write_report(f"outcomes of {found.pop('snapshot_id')}", found)


@command(app, "served")
def served(
    invocation: Invocation,
    features: Annotated[list[str], typer.Argument(help="Features, such as weather.temp.")],
    *,
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
) -> None:
    """List what was answered online of FEATURES, of the entities whose answers are logged."""
    with invocation.store() as store:
        found = store.served.rows(
            features,
            since=None if since is None else instant(since, "--since"),
            until=None if until is None else instant(until, "--until"),
            limit=limit,
        )
    rows = found.to_pylist()
    if invocation.as_json:
        write_json({"served": rows})
        return
    left_out = tuple(f"{name}__event_time" for name in _paths(features))
    shown = [{name: row[name] for name in row if name not in left_out} for row in rows]
    write_table(shown, "nothing was served, or no entity is sampled (see serve_log)")


def _types(registry: Registry, label: str) -> dict[str, Any]:
    """Return the types of the columns that outcomes of a label can have, features seen among."""
    resolved = registry.resolve(label)
    types = {name: ARROW_TYPES[dtype] for name, dtype in resolved.group.keys.items()}
    for name in (resolved.name, resolved.reference.path, str(resolved.reference)):
        types[name] = ARROW_TYPES[resolved.dtype]
    times = ["event_time", "judged_time"]
    if resolved.group.known_time is not None:
        times.append(resolved.group.known_time)
    types |= dict.fromkeys(times, UTC_TIME)
    types |= dict.fromkeys(("served_id", "snapshot_id"), ARROW_TYPES["text"])
    seen = {
        path: ARROW_TYPES[known.latest.definition.dtype]
        for path, known in registry.features.items()
    }
    return seen | types


def _paths(features: list[str]) -> list[str]:
    return [feature.partition("@")[0] for feature in features]
