"""Outcomes as a caller gives them, checked and typed before anything is written."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import field, frozen

from featuretrail.domain.aggregates.snapshot import check_snapshot
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.outcomes.deciding import Claim
from featuretrail.domain.outcomes.rows import (
    EVENT_TIME,
    JUDGED_TIME,
    SERVED_ID,
    SNAPSHOT_ID,
    VALUE,
    OutcomeRows,
)
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.domain.serving.served_ids import check_served_id
from featuretrail.domain.spelling import spelled
from featuretrail.infrastructure.values.casting import cast_column
from featuretrail.infrastructure.values.columns import Target, fixed_columns

_SHOWN = 5
_JUDGES = (SERVED_ID, SNAPSHOT_ID, JUDGED_TIME)
_GIVEN = "the outcome"
"""The name of the label's own column: none that a key or a reference could have."""


@frozen(eq=False)
class GivenOutcomes:
    """Rows of outcomes of ``label``; ``values`` are the same rows as values of its group.

    ``digest`` is that of all that was given, for telling a retry from another request.
    """

    label: ResolvedFeature
    rows: OutcomeRows = field(repr=False)
    values: pa.Table = field(repr=False)
    digest: str

    @classmethod
    def read(
        cls,
        registry: Registry,
        label: ResolvedFeature,
        table: pa.Table,
        snapshot: str | None,
        *,
        unjudged: bool,
    ) -> Self:
        """Check ``table``; that what it judges exists is for others to tell.

        Raises ``InvalidInputError``, ``NaiveTimeError`` or ``NotFoundError``.
        """
        named = _named(registry, label, table.column_names)
        columns = _typed(label, table, named)
        judges = _judges(table, snapshot)
        if not unjudged:
            _refuse_unjudged(judges)
        value = columns.pop(_GIVEN)
        _refuse_rows(value.is_null(), f"the outcome {label.reference} is NULL; leave the row out")
        keys = label.group.keys
        seen = {str(each.reference): each.dtype for each in named.seen.values()}
        rows = OutcomeRows(
            keys,
            label.dtype,
            seen,
            pa.table(
                {f"key {name}": columns[name] for name in keys}
                | {EVENT_TIME: columns[EVENT_TIME], VALUE: value}
                | judges
                | {f"seen {reference}": columns[f"seen {reference}"] for reference in seen}
            ),
        )
        fixed = {name: columns[name] for name in fixed_columns(label.group)}
        values = pa.table({**fixed, f"{label.name}@{label.version.version}": value})
        return cls(label, rows, values, rows.digest)

    def claims(self) -> list[Claim]:
        """Return the rows as claims, times as datetimes, values as JSON spells them."""
        table = self.rows.table
        columns = (
            [tuple(each.values()) for each in self.rows.entities()],
            table[EVENT_TIME].to_pylist(),
            spelled(table[VALUE], self.label.dtype),
            *(table[name].to_pylist() for name in _JUDGES),
        )
        return [Claim(n, *row) for n, row in enumerate(zip(*columns, strict=True))]

    def distinct(self, name: str) -> list[str]:
        """Return the distinct served or snapshot ids."""
        return [each for each in pc.unique(self.rows.table[name]).to_pylist() if each is not None]


@frozen
class _Named:
    """Which given column is the value, and which are what was seen of features."""

    value: str
    seen: Mapping[str, ResolvedFeature]


def _named(registry: Registry, label: ResolvedFeature, names: Sequence[str]) -> _Named:
    doubtful = [key for key in label.group.keys if key in _JUDGES]
    if doubtful:
        raise InvalidInputError(
            f"outcomes of {label.reference} cannot be recorded: its key {doubtful[0]!r} has the "
            "name of a column that says what an outcome judges"
        )
    fixed = [*fixed_columns(label.group), *_JUDGES]
    taken = {label.name, label.reference.path, str(label.reference)}
    if label.name in fixed:
        taken.discard(label.name)
    values = [name for name in names if name in taken]
    if len(values) != 1:
        raise InvalidInputError(
            f"the outcomes have {len(values)} columns of {label.reference} "
            f"({', '.join(values) or 'none'}); give one, named {label.name!r}"
        )
    seen: dict[str, ResolvedFeature] = {}
    for name in names:
        if name in fixed or name in values:
            continue
        if "." not in name:
            raise NotFoundError("column of outcomes", name, [*fixed, label.name])
        feature = registry.resolve(FeatureReference.parse(name))
        if feature.reference in [each.reference for each in seen.values()]:
            raise InvalidInputError(f"the outcomes have two columns of {feature.reference}")
        seen[name] = feature
    absent = [name for name in fixed_columns(label.group) if name not in names]
    if absent:
        raise InvalidInputError(
            f"the outcomes have no column {absent[0]!r}; every row needs "
            f"{', '.join(map(repr, fixed_columns(label.group)))} and {values[0]!r}"
        )
    return _Named(values[0], seen)


def _typed(label: ResolvedFeature, table: pa.Table, named: _Named) -> dict[str, pa.Array]:
    fixed = fixed_columns(label.group)
    targets = {name: Target(name, name, dtype) for name, dtype in fixed.items()}
    targets[_GIVEN] = Target(named.value, VALUE, label.dtype)
    for given, feature in named.seen.items():
        targets[f"seen {feature.reference}"] = Target(given, given, feature.dtype)
    columns = {name: cast_column(each, table[each.given]) for name, each in targets.items()}
    for name in fixed:
        _refuse_rows(columns[name].is_null(), f"column {name!r} is NULL where it must not be")
    return columns


def _judges(table: pa.Table, snapshot: str | None) -> dict[str, pa.Array]:
    rows = table.num_rows
    columns = {
        SERVED_ID: pa.nulls(rows, pa.string()),
        SNAPSHOT_ID: pa.nulls(rows, pa.string()),
        JUDGED_TIME: pa.nulls(rows, pa.timestamp("us", tz="UTC")),
    }
    for name, dtype in ((SNAPSHOT_ID, "text"), (JUDGED_TIME, "timestamptz")):
        if name in table.column_names:
            columns[name] = cast_column(Target(name, name, dtype), table[name]).cast(
                columns[name].type
            )
    if SERVED_ID in table.column_names:
        ids = table[SERVED_ID].to_pylist()
        columns[SERVED_ID] = pa.array(
            [None if each is None else str(check_served_id(each)) for each in ids], pa.string()
        )
    if snapshot is not None:
        if SNAPSHOT_ID in table.column_names:
            raise InvalidInputError(
                f"snapshot={snapshot!r} is given, and a column 'snapshot_id' too; give one of them"
            )
        columns[SNAPSHOT_ID] = pa.array([check_snapshot("snapshot", snapshot)] * rows, pa.string())
    halves = pc.not_equal(columns[SNAPSHOT_ID].is_null(), columns[JUDGED_TIME].is_null())
    _refuse_rows(
        halves,
        "a snapshot's row is named by its snapshot and 'judged_time', the spine time it has there; "
        "one of the two is missing",
    )
    return columns


def _refuse_unjudged(judges: Mapping[str, pa.Array]) -> None:
    nothing = pc.and_(judges[SERVED_ID].is_null(), judges[SNAPSHOT_ID].is_null())
    _refuse_rows(
        nothing,
        "the outcome judges nothing: give 'served_id', or a snapshot and 'judged_time', or "
        "unjudged=True if it is of interest by itself",
    )


def _refuse_rows(flags: pa.Array, fault: str) -> None:
    rows = np.flatnonzero(flags.to_numpy(zero_copy_only=False))
    if rows.size:
        more = f" and {rows.size - _SHOWN} more" if rows.size > _SHOWN else ""
        shown = ", ".join(map(str, rows[:_SHOWN].tolist()))
        raise InvalidInputError(f"{fault} (row{'s' * (rows.size > 1)} {shown}{more})")
