"""``ingest`` and ``retract``: values into a group from files, and out of it again."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
import typer
from blake3 import blake3

from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.moments import entity_key, instant
from featuretrail.commands.output import write_json, write_record, write_table
from featuretrail.commands.progress import progress_bar
from featuretrail.commands.reading import Reading, content_digest
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.registry import Registry
from featuretrail.store import TimescaleDBFeatureStore

Timezone = Annotated[
    str | None,
    typer.Option(help="Zone of times that carry none: UTC, Europe/Berlin.", show_default=False),
]
Delimiter = Annotated[
    str | None, typer.Option(help="Of CSV; by default a comma, of .tsv a tab.", show_default=False)
]
Encoding = Annotated[str, typer.Option(help="Of CSV.")]
Null = Annotated[
    list[str] | None,
    typer.Option(help="Of CSV: a text that stands for NULL, beside the empty field; repeatable."),
]
IdempotencyKey = Annotated[
    str | None,
    typer.Option(
        help="A retry with the same key stores nothing twice; by default made from the file's "
        "content, the group and these options.",
        show_default=False,
    ),
]


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the root."""
    command(app, "ingest")(ingest)
    command(app, "retract")(retract)


def ingest(
    invocation: Invocation,
    group: Annotated[str, typer.Argument(help="The feature group.")],
    files: Annotated[list[Path], typer.Argument(help="Parquet, Arrow IPC or CSV files.")],
    *,
    timezone: Timezone = None,
    on_duplicate: Annotated[
        Literal["error", "last"],
        typer.Option(help="What two rows of one key and event time in a file mean."),
    ] = "error",
    partial: Annotated[
        bool, typer.Option("--partial", help="Accept files that lack some of the features.")
    ] = False,
    idempotency_key: IdempotencyKey = None,
    source: Annotated[
        str | None, typer.Option(help="Where the rows come from; by default the file's name.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit trail.")] = None,
    actor: Actor = None,
    delimiter: Delimiter = None,
    encoding: Encoding = "utf8",
    null: Null = None,
) -> None:
    """Store the rows of FILES in GROUP, each file as one batch: all of its rows or none.

    A file that was stored already is found again and not stored twice, so a failed run of many
    files can simply be repeated.
    """
    if idempotency_key is not None and len(files) > 1:
        raise InvalidInputError("--idempotency-key names one batch; give one file with it")
    options = {"on_duplicate": on_duplicate, "partial": partial}
    stored: list[dict[str, Any]] = []
    with invocation.store(actor) as store, progress_bar() as progress:
        types = column_types(store.registry(), group)
        reading = Reading(types, timezone, delimiter, encoding, tuple(null or ()))
        try:
            for path in files:
                key = idempotency_key or _derived_key(store, group, path, reading, options)
                table = reading.read(path, progress)
                progress.add_task(f"storing {table.num_rows} rows", total=None)
                receipt = store.ingest(
                    group,
                    table,
                    idempotency_key=key,
                    on_duplicate=on_duplicate,
                    partial=partial,
                    source=source or path.name,
                    reason=reason,
                )
                stored.append({"file": str(path), **receipt.to_dict()})
        finally:
            progress.stop()
            _report(stored, as_json=invocation.as_json)


def retract(
    invocation: Invocation,
    group: Annotated[str, typer.Argument(help="The feature group.")],
    *,
    key: Annotated[list[str], typer.Option(help="A key column of the entity, column=value.")],
    from_event_time: Annotated[
        str, typer.Option("--from", help="The first event time that no longer holds.")
    ],
    reason: Annotated[str, typer.Option(help="Why, for the audit trail.")],
    idempotency_key: Annotated[
        str | None, typer.Option(help="A retry with the same key retracts nothing twice.")
    ] = None,
    actor: Actor = None,
) -> None:
    """Declare that the values of one entity, from an event time on, do not hold.

    Nothing is deleted: queries as known before still see the values.
    """
    moment = instant(from_event_time, "--from")
    with invocation.store(actor) as store:
        entity = entity_key(key, store.registry().group(group).keys)
        receipt = store.retract(group, entity, moment, reason, idempotency_key=idempotency_key)
    if invocation.as_json:
        write_json(receipt.to_dict())
    else:
        write_record(f"retracted from {group}", receipt.to_dict())


def column_types(registry: Registry, group: str) -> dict[str, pa.DataType]:
    """Return the Arrow types of the columns a file for ``group`` may have."""
    definition = registry.group(group)
    types = {name: ARROW_TYPES[dtype] for name, dtype in definition.keys.items()}
    types |= {"event_time": UTC_TIME}
    if definition.known_time is not None:
        types[definition.known_time] = UTC_TIME
    return types | {
        feature.name: ARROW_TYPES[feature.dtype] for feature in registry.features_of(group)
    }


def _derived_key(
    store: TimescaleDBFeatureStore,
    group: str,
    path: Path,
    reading: Reading,
    options: dict[str, Any],
) -> str:
    """Return a key that is equal exactly when the same request is made again.

    The columns written are part of the request: after a feature's new major version the same file
    may be stored again, into the new column.
    """
    request = {
        "group": group,
        "content": content_digest(path),
        "columns": sorted(feature.column for feature in store.registry().features_of(group)),
        "reading": [reading.timezone, reading.delimiter, reading.encoding, *reading.nulls],
        **options,
    }
    return "file:" + blake3(json.dumps(request, sort_keys=True).encode()).hexdigest()


def _report(stored: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        write_json({"receipts": stored})
        return
    rows = [
        {name: receipt[name] for name in ("file", "rows", "batch", "position")}
        | {"stored": "before, not again" if receipt["repeated"] else "now"}
        | {"digest": receipt["digest"]}
        for receipt in stored
    ]
    write_table(rows, "nothing was stored")
