"""``snapshot``: freeze training data, list it, prove it, compare it, export it."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.groups import KnownAt
from featuretrail.commands.ingest import Delimiter, Encoding, Null, Timezone
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.moments import known_at
from featuretrail.commands.output import write_json, write_report, write_table
from featuretrail.commands.progress import progress_bar
from featuretrail.commands.reading import Reading
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.registry import Registry

app = typer.Typer(no_args_is_help=True, help="Snapshots: frozen training data that can be proven.")

SnapshotId = Annotated[str, typer.Argument(help="The snapshot, such as departure_delay@1.0.0.")]


@command(app, "create")
def create(
    invocation: Invocation,
    feature_set: Annotated[str, typer.Argument(help="The feature set's name.")],
    spine: Annotated[Path, typer.Argument(help="A file of keys and times: Parquet, Arrow, CSV.")],
    *,
    version: Annotated[str | None, typer.Option(help="By default the next one.")] = None,
    time_column: Annotated[str, typer.Option(help="The spine's time.")] = "event_time",
    known_at_: KnownAt = None,
    knowledge: Annotated[
        Literal["latest", "row"],
        typer.Option(help="row: each row joins only what was known at its own time."),
    ] = "latest",
    closed: Annotated[
        Literal["right", "left"], typer.Option(help="left: only values before the spine time.")
    ] = "right",
    idempotency_key: Annotated[
        str | None, typer.Option(help="A retry with the same key finds the same snapshot.")
    ] = None,
    timezone: Timezone = None,
    delimiter: Delimiter = None,
    encoding: Encoding = "utf8",
    null: Null = None,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit trail.")] = None,
    actor: Actor = None,
) -> None:
    """Freeze the features of a set for the rows of a spine file."""
    with invocation.store(actor) as store, progress_bar() as progress:
        types = _spine_types(store.registry(), feature_set) | {time_column: UTC_TIME}
        reading = Reading(types, timezone, delimiter, encoding, tuple(null or ()))
        rows = reading.read(spine, progress)
        progress.add_task(f"freezing {rows.num_rows} rows", total=None)
        info = store.create_feature_snapshot(
            feature_set,
            rows,
            version,
            time_column=time_column,
            known_at=known_at(known_at_),
            knowledge=knowledge,
            closed=closed,
            idempotency_key=idempotency_key,
            reason=reason,
        )
    _write(f"snapshot {info.snapshot_id}", info.to_dict(), as_json=invocation.as_json)


@command(app, "list")
def list_snapshots(
    invocation: Invocation,
    feature_set: Annotated[str | None, typer.Option("--set", help="Only of this set.")] = None,
) -> None:
    """List the snapshots."""
    with invocation.store() as store:
        snapshots = [info.to_dict() for info in store.snapshots.list(feature_set)]
    if invocation.as_json:
        write_json({"snapshots": snapshots})
        return
    columns = ("snapshot_id", "rows", "columns", "position", "created_at", "digest")
    rows = [{column: each[column] for column in columns} for each in snapshots]
    write_table(rows, "no snapshot was made")


@command(app, "show")
def show(invocation: Invocation, snapshot_id: SnapshotId) -> None:
    """Show a snapshot's manifest; its stored rows are checked against its digest on the way."""
    with invocation.store() as store:
        snapshot = store.get_feature_snapshot(snapshot_id)
    _write(f"snapshot {snapshot_id}", dict(snapshot.manifest), as_json=invocation.as_json)


@command(app, "export")
def export(
    invocation: Invocation,
    snapshot_id: SnapshotId,
    path: Annotated[Path, typer.Argument(help="The Parquet file to write.")],
) -> None:
    """Write a snapshot's rows to a Parquet file."""
    with invocation.store() as store:
        try:
            store.snapshots.export(snapshot_id, str(path))
        except OSError as error:
            raise InvalidInputError(
                f"{path} cannot be written: {error.strerror or error}"
            ) from error
    facts = {"snapshot_id": snapshot_id, "path": str(path), "bytes": path.stat().st_size}
    _write("exported", facts, as_json=invocation.as_json)


@command(app, "verify")
def verify(invocation: Invocation, snapshot_id: SnapshotId) -> int:
    """Prove a snapshot twice: its stored bytes, and its rows derived again from the values.

    Ends with 1 when something is wrong, or rows were erased: what is left is proven then. What
    could not be evaluated, because retention removed the values, is told and is no fault.
    """
    with invocation.store() as store, progress_bar() as progress:
        progress.add_task(f"verifying {snapshot_id}", total=None)
        proof = store.verify_snapshot(snapshot_id)
    if proof.proven:
        found = "holds"
    elif proof.ok:
        found = "holds as it is stored; that it follows from the values was not evaluated"
    elif proof.left_ok:
        found = "can no longer be proven as it was frozen; what is left of it holds"
    else:
        found = "does NOT hold"
    _write(f"snapshot {snapshot_id} {found}", proof.to_dict(), as_json=invocation.as_json)
    return FINE if proof.ok else FINDING


@command(app, "diff")
def diff(
    invocation: Invocation,
    first: SnapshotId,
    second: Annotated[str, typer.Argument(help="The snapshot it is compared with.")],
) -> int:
    """Compare two snapshots; like diff(1) it ends with 1 when they differ."""
    with invocation.store() as store:
        found = store.diff_snapshots(first, second)
    title = f"{first} and {second} " + ("are identical" if found.equal else "differ")
    _write(title, found.to_dict(), as_json=invocation.as_json)
    return FINE if found.equal else FINDING


def _spine_types(registry: Registry, feature_set: str) -> dict[str, Any]:
    """Return the types of the key columns that a spine for the set needs."""
    return {
        name: ARROW_TYPES[dtype]
        for reference in registry.feature_set(feature_set).pinned
        for name, dtype in registry.group(reference.group).keys.items()
    }


def _write(title: str, facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        write_json(facts)
    else:
        write_report(title, facts)
