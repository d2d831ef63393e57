"""Comparing two snapshots as a person would ask: what changed, where, how much."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import asdict, frozen

from featuretrail.domain.results import Result
from featuretrail.infrastructure.snapshots.differences import (
    CellDifference,
    cell_differences,
    row_ids,
)
from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot

_EXAMPLES = 20


@frozen
class SnapshotDiff(Result):
    """What sets snapshot ``other`` apart from ``snapshot``.

    Rows are matched by the columns of the spine that both have; the n-th row of some spine values
    matches the n-th of the same values in the other. ``changed_cells`` counts by column.
    """

    snapshot: str
    other: str
    equal: bool
    positions: tuple[int, int]
    rows: tuple[int, int]
    rows_only_here: int
    rows_only_other: int
    columns_only_here: tuple[str, ...]
    columns_only_other: tuple[str, ...]
    feature_versions: Mapping[str, tuple[str | None, str | None]]
    changed_cells: Mapping[str, int]
    examples: tuple[CellDifference, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return asdict(self, recurse=False) | {
            "examples": [example.to_dict() for example in self.examples]
        }


def compare(here: FeatureSnapshot, other: FeatureSnapshot) -> SnapshotDiff:
    """Return how ``other`` differs from ``here``."""
    left, right = here.to_arrow(), other.to_arrow()
    spine = [
        name
        for name in here.manifest["spine_columns"]
        if name in other.manifest["spine_columns"]
        and left.schema.field(name).type == right.schema.field(name).type
        and name != here.label
    ]
    ids, other_ids = row_ids([left, right], spine)
    common, rows, other_rows = np.intersect1d(
        ids, other_ids, assume_unique=True, return_indices=True
    )
    order = np.argsort(rows)
    shared = [
        name for name in left.column_names if name in right.column_names and name not in spine
    ]
    counts, examples = cell_differences(
        left, right, shared, _EXAMPLES, (rows[order], other_rows[order])
    )
    return SnapshotDiff(
        snapshot=here.info.snapshot_id,
        other=other.info.snapshot_id,
        equal=here.info.digest == other.info.digest,
        positions=(here.info.position, other.info.position),
        rows=(left.num_rows, right.num_rows),
        rows_only_here=left.num_rows - len(common),
        rows_only_other=right.num_rows - len(common),
        columns_only_here=tuple(n for n in left.column_names if n not in right.column_names),
        columns_only_other=tuple(n for n in right.column_names if n not in left.column_names),
        feature_versions=_versions(here, other),
        changed_cells=counts,
        examples=examples,
    )


def _versions(
    here: FeatureSnapshot, other: FeatureSnapshot
) -> dict[str, tuple[str | None, str | None]]:
    """Return the versions of each feature that is not of one version in both."""
    left, right = _pinned(here), _pinned(other)
    return {
        path: (left.get(path), right.get(path))
        for path in sorted({*left, *right})
        if left.get(path) != right.get(path)
    }


def _pinned(snapshot: FeatureSnapshot) -> dict[str, str]:
    pairs = (item["reference"].split("@") for item in snapshot.manifest["features"])
    return dict(pairs)
