"""One group's part of a retrieval: its features by the batches that wrote them, its bounds."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Self

import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.asof import Ints
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.retrieval.cuts import GroupCut

_MICROSECOND = timedelta(microseconds=1)


@frozen(eq=False)
class GroupTask:
    """What is asked of one group: ``times`` and ``keys`` a spine row, columns, and the cut.

    ``columns`` maps a set of layouts (``None``: every batch) to the columns that exactly those
    batches wrote; each set is one join. ``row_cut`` asks only for what was known at each row's own
    time. ``until`` is the last event time that counts for each row. ``only_fresh`` says that what
    is older than the TTL need not be told from what is missing. Times are microseconds.
    """

    group: FeatureGroup
    cut: GroupCut
    columns: Mapping[frozenset[int] | None, tuple[str, ...]]
    dtypes: Mapping[str, str]
    keys: Sequence[pa.Array] = field(repr=False)
    times: Ints = field(repr=False)
    until: Ints = field(repr=False)
    row_cut: bool
    only_fresh: bool

    @classmethod
    def of(
        cls,
        features: Sequence[ResolvedFeature],
        cut: GroupCut,
        keys: Sequence[pa.Array],
        times: Ints,
        *,
        row_cut: bool,
        closed: str,
        only_fresh: bool,
    ) -> Self:
        """Gather ``features``, all of one group, into a task."""
        columns: dict[frozenset[int] | None, tuple[str, ...]] = {}
        for feature in features:
            writers = cut.writers(feature.column)
            columns[writers] = (*columns.get(writers, ()), feature.column)
        return cls(
            group=features[0].group,
            cut=cut,
            columns=columns,
            dtypes={feature.column: feature.dtype for feature in features},
            keys=keys,
            times=times,
            until=times - 1 if closed == "left" else times,
            row_cut=row_cut,
            only_fresh=only_fresh,
        )

    @property
    def ttl(self) -> int | None:
        """The group's TTL in microseconds."""
        return None if self.group.ttl is None else self.group.ttl // _MICROSECOND

    @property
    def oldest(self) -> int:
        """The event time before which no row matters to any spine row."""
        first = self.cut.first_event_time
        if self.ttl is None or not self.only_fresh or self.times.size == 0:
            return first
        return max(first, int(self.times.min()) - self.ttl)

    @property
    def newest(self) -> int:
        """The last event time that matters to any spine row; before the first row if none does."""
        first, last = self.cut.first_event_time, self.cut.last_event_time
        return max(first - 1, min(last, int(self.until.max()))) if self.until.size else last
