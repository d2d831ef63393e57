"""Whether what is stored of a batch is what the log certifies of it."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.digest import table_digest
from featuretrail.domain.dtypes import ARROW_TYPES
from featuretrail.domain.events import ValuesIngested, ValuesRetracted
from featuretrail.infrastructure.values.left import Left
from featuretrail.infrastructure.values.stored_batches import StoredRows


def content_fault(left: Left, event: ValuesIngested, rows: StoredRows) -> str | None:
    """Return why ``rows`` are not what is ``left`` of a batch, ``None`` when they are."""
    if rows.table.num_rows != left.rows(event.rows):
        less = f", of which retention removed {left.removed}" if left.removed else ""
        if left.erased is not None:
            less += f", of which {left.erased.batch.rows} were left after an erasure"
        return f"{rows.table.num_rows} rows are stored, the event certifies {event.rows}{less}"
    written = [*rows.fixed, *event.columns]
    for name in rows.table.column_names:
        if name not in written and rows.table[name].null_count < rows.table.num_rows:
            return f"column {name!r} holds values that the batch did not write"
    missing = [name for name in written if name not in rows.table.column_names]
    if missing:
        return f"column {missing[0]!r}, which the event certifies, is not defined"
    wanted = left.digest(event.digest)
    if wanted is None:
        return None  # the digest is of rows that went
    digest = table_digest(rows.table.select(written))
    if digest != wanted:
        return f"its values were altered: their digest is {digest}, not {wanted}"
    return None


def retractions_fault(
    group: FeatureGroup, left: Left, event: ValuesRetracted, rows: Sequence[tuple[Any, ...]]
) -> str | None:
    """Return why stored ``rows`` are not what is ``left`` of a retraction, ``None`` if they are."""
    moment = event.from_event_time
    stored = sorted(rows)
    wanted = sorted((moment, *(keys[key] for key in group.keys)) for keys in event.keys)
    if left.erased is None:
        holds = stored == wanted
    else:
        again = retractions_digest(group, [keys for _, *keys in stored])
        holds = set(stored) <= set(wanted) and again == left.erased.batch.digest
    return None if holds else "its stored retractions are not the event's"


def retractions_digest(group: FeatureGroup, keys: Sequence[Sequence[Any]]) -> str:
    """Return the canonical digest of the entities that a retraction still holds, in order."""
    columns = zip(*keys, strict=True) if keys else ((),) * len(group.keys)
    arrays = {
        name: pa.array(list(column), ARROW_TYPES[dtype])
        for (name, dtype), column in zip(group.keys.items(), columns, strict=True)
    }
    return table_digest(pa.table(arrays))


def altered_before(left: Left) -> str | None:
    """Return the fault of a batch that was altered already when rows of it were erased."""
    erased = left.erased
    if erased is None or not erased.batch.altered:
        return None
    return f"it was altered before rows of it were erased (event at position {erased.position})"
