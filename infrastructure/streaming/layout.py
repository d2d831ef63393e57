"""The rows a stream writes: which columns each message must have, and of which types."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
from attrs import field, frozen

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.errors import InvalidInputError, InvalidValuesError
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.infrastructure.streaming.message import Row
from featuretrail.infrastructure.values.casting import ColumnError, cast_column
from featuretrail.infrastructure.values.columns import Target, match_columns
from featuretrail.infrastructure.values.frames import to_array
from featuretrail.infrastructure.values.validation import Batch, validate

_TIME = pa.timestamp("us", tz="UTC")


@frozen
class Layout:
    """What the messages of a stream hold: keys, event time, and the features it writes."""

    group: FeatureGroup
    features: Sequence[ResolvedFeature]
    registry: Registry = field(repr=False)
    targets: tuple[Target, ...]
    names: frozenset[str]

    def table(self, rows: Sequence[Row]) -> pa.Table:
        """Return ``rows`` as typed columns, in their order; raise ``InvalidInputError``."""
        for row in rows:
            if row.keys() != self.names:
                raise InvalidValuesError(self.group.name, self._misfit(row))
        arrays = {}
        for target in self.targets:
            name = target.given
            given = to_array([row[name] for row in rows], f"column {name!r}")
            column = given if isinstance(given, pa.ChunkedArray) else pa.chunked_array([given])
            try:
                arrays[name] = cast_column(target, _times(target, column))
            except ColumnError as error:
                raise InvalidValuesError(
                    self.group.name, error.fault, column=error.column, rows=error.rows
                ) from error
        return pa.table(arrays)

    def batch(self, table: pa.Table) -> Batch:
        """Return ``table`` checked; of rows with equal keys and event time the last is kept."""
        return validate(
            self.group, self.features, self.registry, table, on_duplicate="last", partial=True
        )

    def nothing(self) -> pa.Table:
        """Return a table of no rows."""
        return self.table([])

    def _misfit(self, row: Row) -> str:
        told = []
        if lacking := sorted(self.names - row.keys()):
            told.append(f"lacks {', '.join(map(repr, lacking))}")
        if more := sorted(map(str, row.keys() - self.names)):
            told.append(f"has {', '.join(map(repr, more))}, which this stream does not write")
        return f"the message {' and '.join(told)}"


def layout_of(registry: Registry, group_name: str, columns: Sequence[str] | None) -> Layout:
    """Return what a stream into a group writes: ``columns``, or all features without rules.

    Raises ``NotFoundError`` and ``InvalidValuesError``.
    """
    group, features = registry.group(group_name), registry.features_of(group_name)
    fixed = [*group.keys, "event_time", *([] if group.known_time is None else [group.known_time])]
    written = columns
    if written is None:
        written = [each.name for each in features if each.version.definition.rule is None]
    targets = match_columns(group, features, registry, [*fixed, *written], partial=True)
    return Layout(group, features, registry, targets, frozenset(each.given for each in targets))


def _times(target: Target, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return times that messages spell out (ISO 8601 with a zone) as times."""
    if target.dtype != "timestamptz" or not (
        pat.is_string(column.type) or pat.is_large_string(column.type)
    ):
        return column
    try:
        return pc.cast(column, _TIME)
    except pa.ArrowInvalid as error:
        raise InvalidInputError(
            f"column {target.given!r} holds a time that is none: {error}; spell times as "
            "'2013-01-01T05:00:00.123456Z', with their zone"
        ) from error
