"""What outcomes judge: served rows and rows of snapshots that must exist."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from featuretrail.domain.asof import Flags, Ints
from featuretrail.domain.columns import one_array
from featuretrail.domain.entities import EntityCodes
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.outcomes.rows import JUDGED_TIME, SERVED_ID, SNAPSHOT_ID
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.outcomes.given import GivenOutcomes
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.spine import read_keys
from featuretrail.infrastructure.serving.reading import ServedReader
from featuretrail.infrastructure.snapshots.manager import FeatureSnapshotManager
from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot

_SHOWN = 5


@frozen
class Judged:
    """The snapshots, and the pinned features of served rows, that outcomes judge."""

    snapshots: Sequence[str]
    features: Sequence[str]


class JudgedThings:
    """Finds what outcomes judge."""

    def __init__(
        self, database: Database, served: ServedReader, snapshots: FeatureSnapshotManager
    ) -> None:
        self._database = database
        self._served = served
        self._snapshots = snapshots

    def find(self, given: GivenOutcomes) -> Judged:
        """Return what ``given`` judges.

        Raises ``NotFoundError`` for served ids that are not logged (yet) and snapshots that do not
        exist, ``InvalidInputError`` for an entity that was not the one served, or rows that a
        snapshot does not have.
        """
        features = self._check_served(given)
        snapshots = sorted(given.distinct(SNAPSHOT_ID))
        for each in snapshots:
            _check_snapshot(given, self._snapshots.get(each))
        return Judged(snapshots, sorted(features))

    def _check_served(self, given: GivenOutcomes) -> set[str]:
        ids = given.distinct(SERVED_ID)
        if not ids:
            return set()
        known = {each[SERVED_ID]: each for each in self._served.records(map(UUID, ids))}
        unknown = [each for each in ids if each not in known]
        if unknown:
            judged = self._judged_before(unknown)
            unknown = [each for each in unknown if each not in judged]
        if unknown:
            more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
            raise NotFoundError("served row", ", ".join(unknown[:_SHOWN]) + more, sorted(known))
        rows = zip(given.rows.table[SERVED_ID].to_pylist(), given.rows.entities(), strict=True)
        for row, (served_id, entity) in enumerate(rows):
            _check_entity(row, entity, known.get(served_id))
        return {reference for each in known.values() for reference in each["features"]}

    def _judged_before(self, ids: Sequence[str]) -> set[str]:
        """Return which served rows have an outcome, also those that retention removed since."""
        with self._database.connection() as connection:
            rows = connection.execute(query("outcomes/judged_before"), {"ids": list(ids)})
            return {served_id for (served_id,) in rows}


def _check_entity(row: int, entity: dict[str, Any], served: dict[str, Any] | None) -> None:
    if served is None:
        return
    for name, value in entity.items():
        if name in served["keys"] and served["keys"][name] != value:
            raise InvalidInputError(
                f"row {row} is about {name} {value!r}, but judges served row {served[SERVED_ID]}, "
                f"which was about {served['keys'][name]!r}"
            )


def _check_snapshot(given: GivenOutcomes, snapshot: FeatureSnapshot) -> None:
    name = snapshot.info.snapshot_id
    table = given.rows.table
    snapshots = one_array(table[SNAPSHOT_ID]).fill_null("")
    mine = np.flatnonzero(pc.equal(snapshots, name).to_numpy(zero_copy_only=False))
    places = _places(
        given.label,
        snapshot,
        [one_array(table[f"key {key}"]).take(pa.array(mine)) for key in given.rows.keys],
        one_array(table[JUDGED_TIME]).take(pa.array(mine)),
    )
    strangers = mine[places.others < 0]
    if strangers.size:
        row = int(strangers[0])
        entity = ", ".join(f"{key} {value!r}" for key, value in given.rows.entities()[row].items())
        more = f" ({strangers.size} such rows)" if strangers.size > 1 else ""
        raise InvalidInputError(
            f"row {row} judges a row that snapshot {name!r} does not have: {entity} at "
            f"{table[JUDGED_TIME][row].as_py().isoformat()}{more}; judged_time is the "
            f"{snapshot.manifest['request']['time_column']!r} of the snapshot's row"
        )


@frozen(eq=False)
class _Places:
    """The rows of a snapshot, and other rows, as numbers of their entities and times."""

    own: Ints
    others: Ints


def judged_rows(
    label: ResolvedFeature, snapshot: FeatureSnapshot, keys: Sequence[pa.Array], times: pa.Array
) -> Flags:
    """Return which rows of the snapshot are of one of these entities and times."""
    places = _places(label, snapshot, keys, times)
    judged: Flags = np.isin(places.own, places.others)
    return judged


def _places(
    label: ResolvedFeature, snapshot: FeatureSnapshot, keys: Sequence[pa.Array], times: pa.Array
) -> _Places:
    """Raise ``InvalidInputError`` for a snapshot without the keys of the label's group."""
    matrix = snapshot.to_arrow()
    missing = [key for key in label.group.keys if key not in matrix.column_names]
    if missing:
        raise InvalidInputError(
            f"snapshot {snapshot.info.snapshot_id!r} has no column {missing[0]!r}, a key of "
            f"{label.group.name!r}: its rows cannot be judged by {label.reference}"
        )
    own = read_keys(matrix, [label.group], "the snapshot").values()
    moments = matrix[snapshot.manifest["request"]["time_column"]].combine_chunks().cast(times.type)
    texts = [
        array.cast(pa.string()) if pa.types.is_large_string(array.type) else array for array in keys
    ]
    codes = EntityCodes.of([*own, moments.cast(pa.int64())])
    return _Places(codes.codes, codes.encode([*texts, times.cast(pa.int64())]))
