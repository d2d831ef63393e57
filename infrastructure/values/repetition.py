"""Retries: the batch found under an idempotency key answers the request that stored it."""

import pyarrow as pa

from featuretrail.domain.errors import IdempotencyError, InvalidValuesError, NaiveTimeError
from featuretrail.domain.events.values import ValuesIngested
from featuretrail.domain.receipts import Receipt
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.infrastructure.values.batches import StoredBatch
from featuretrail.infrastructure.values.validation import Batch, validate


def read_again(
    registry: Registry, first: ValuesIngested, table: pa.Table, *, on_duplicate: str
) -> Batch:
    """Return ``table`` read by the versions of the features that ``first`` was written for.

    The group may have gained features since, and its features versions. Raises
    ``IdempotencyError`` for rows that cannot be those of ``first``.
    """
    features = _features_written(registry, first)
    group = registry.group(first.group)
    try:
        return validate(group, features, registry, table, on_duplicate=on_duplicate)
    except (InvalidValuesError, NaiveTimeError) as error:
        raise IdempotencyError(
            first.idempotency_key or "",
            f"batch {first.batch} of {first.group!r} wrote {', '.join(first.columns)}; these rows "
            f"do not repeat it: {error}",
        ) from error


def first_receipt(values: Batch, stored: StoredBatch, idempotency_key: str | None) -> Receipt:
    """Return the receipt of ``stored``, found under the key of ``values``.

    Raises ``IdempotencyError`` if it is a retraction or holds other rows.
    """
    key, group = idempotency_key or "", values.group.name
    if stored.kind != "values":
        raise IdempotencyError(key, f"batch {stored.batch} of {group!r} is a retraction")
    if stored.digest != values.digest:
        raise IdempotencyError(
            key,
            f"batch {stored.batch} of {group!r} has {stored.rows} rows with digest "
            f"{stored.digest[:12]}, this one {values.table.num_rows} with {values.digest[:12]}",
        )
    return Receipt(group, stored.rows, stored.batch, stored.position, stored.digest, repeated=True)


def _features_written(registry: Registry, first: ValuesIngested) -> list[ResolvedFeature]:
    group = registry.group(first.group)
    return [
        ResolvedFeature(group, version)
        for feature in registry.features.values()
        if feature.group == first.group
        for version in feature.versions
        if first.columns.get(version.column) == str(version.version)
    ]
