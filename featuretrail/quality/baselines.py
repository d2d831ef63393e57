"""Baselines: features profiled once, kept as a blob under its digest, and found again."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import pyarrow as pa
from attrs import frozen

from featuretrail.domain.digest import table_digest
from featuretrail.domain.errors import (
    AlreadyExistsError,
    ConcurrencyError,
    ContentAlteredError,
    InvalidInputError,
    NotFoundError,
)
from featuretrail.domain.events import BaselineCreated, Metadata, stream_id
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.quality.baseline import Baseline, check_baseline_name
from featuretrail.domain.quality.limits import Limits, read_limits
from featuretrail.domain.quality.profiles import Profiled, profiled, profiles_of, profiles_table
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.quality.window import Span, Window
from featuretrail.infrastructure.quality.given import snapshot_values
from featuretrail.quality.sources import QualitySources, in_order, span_of, target_of
from featuretrail.requests import Features


@frozen
class BaselineOrder:
    """What is asked of a new baseline."""

    wanted: Features | None
    snapshot_id: str | None
    window: Window | None
    season: str | None
    time_zone: str | None
    thresholds: Limits | None
    name: str | None
    metadata: Metadata


@frozen
class _Reference:
    """The values that a baseline is made of, and where they are from."""

    target: str
    values: Sequence[FeatureValues]
    span: Span
    position: int
    snapshot_id: str | None = None


@frozen(eq=False)
class Baselines:
    """Makes baselines and reads them."""

    _sources: QualitySources

    def create(self, order: BaselineOrder) -> Baseline:
        """Profile what ``order`` names, store the profiles and record them.

        The same baseline under the same name again returns the first; anything else under a name
        that is taken raises ``AlreadyExistsError``.
        """
        begun = perf_counter()
        reference = self._reference(order)
        if not any(each.rows for each in reference.values):
            raise InvalidInputError(
                f"there are no values of {reference.target} in {reference.span}, and a baseline "
                "needs some; give another window, or a snapshot"
            )
        made = profiled(reference.values, order.season, order.time_zone)
        table = profiles_table(made)
        facts = self._facts(order, reference, made, table) | {
            "computation_time_ms": round((perf_counter() - begun) * 1000, 3)
        }
        return self._recorded(order, facts, table)

    def profiles(self, baseline: Baseline) -> dict[str, Profiled]:
        """Return the profiles of a baseline by feature path, their digest checked."""
        table = self._sources.storage.fetch(
            baseline.digest, baseline.event.storage, "stored baseline", baseline.name
        )
        try:
            return profiles_of(table)
        except (KeyError, pa.ArrowException) as error:
            what = f"the profiles of baseline {baseline.name!r}"
            raise ContentAlteredError(what, baseline.digest, f"unreadable ({error})") from error

    def _reference(self, order: BaselineOrder) -> _Reference:
        if order.snapshot_id is not None:
            if order.window is not None:
                raise InvalidInputError(
                    "snapshot and window are given; a baseline is made of one of them"
                )
            return self._of_snapshot(order.snapshot_id, order.wanted)
        if order.wanted is None:
            raise InvalidInputError(
                "features is None; name a set, a group or features, or give a snapshot"
            )
        position = self._sources.position(None)
        features = self._sources.features(order.wanted)
        windows = self._sources.windows(features, order.window, position)
        return _Reference(
            target_of(order.wanted), in_order(windows, features), span_of(windows), position
        )

    def _of_snapshot(self, snapshot_id: str, wanted: Features | None) -> _Reference:
        snapshot = self._sources.snapshots.get(snapshot_id)
        paths = None
        if wanted is not None:
            position = snapshot.info.position
            features = self._sources.features(wanted, position)
            paths = [feature.reference.path for feature in features]
        return _Reference(
            target=snapshot.info.feature_set if wanted is None else target_of(wanted),
            values=snapshot_values(snapshot, paths),
            span=Span(),
            position=snapshot.info.position,
            snapshot_id=snapshot.info.snapshot_id,
        )

    def _facts(
        self,
        order: BaselineOrder,
        reference: _Reference,
        made: Sequence[Profiled],
        table: pa.Table,
    ) -> dict[str, Any]:
        paths = [each.path for each in made]
        return {
            "target": reference.target,
            "features": [
                {"reference": str(_reference_of(each)), "dtype": each.dtype, "rows": each.rows}
                for each in made
            ],
            "snapshot_id": reference.snapshot_id,
            "since": reference.span.since,
            "until": reference.span.until,
            "position": reference.position,
            "season": order.season,
            "time_zone": order.time_zone,
            "thresholds": read_limits(order.thresholds, paths),
            "digest": table_digest(table),
        }

    def _recorded(self, order: BaselineOrder, facts: dict[str, Any], table: pa.Table) -> Baseline:
        storage = self._sources.storage
        name = self._name(order, facts["target"])
        digest = facts["digest"]
        written = None if storage.in_database else storage.write(digest, table)
        try:
            with self._sources.database.transaction() as connection:
                size = storage.write(digest, table, connection) if written is None else written
                event = BaselineCreated.in_stream(
                    stream_id("baseline", name),
                    1,
                    name=name,
                    **facts,
                    storage=storage.url,
                    stored_bytes=size,
                    metadata=order.metadata,
                )
                self._sources.log.append(event, connection=connection)
        except ConcurrencyError:
            return self._earlier(name, event)
        return self._sources.reader.baseline(name)

    def _name(self, order: BaselineOrder, target: str) -> str:
        if order.name is not None:
            return check_baseline_name(order.name)
        base = target.partition("@")[0][:200]
        taken = {each.name for each in self._sources.reader.baselines()}
        number = 1 + sum(name.rpartition("-")[0] == base for name in taken)
        while f"{base}-{number}" in taken:
            number += 1
        return check_baseline_name(f"{base}-{number}")

    def _earlier(self, name: str, event: BaselineCreated) -> Baseline:
        earlier = self._sources.reader.baseline(name)
        same = ("digest", "features", "thresholds", "season", "time_zone", "snapshot_id")
        if all(getattr(earlier.event, each) == getattr(event, each) for each in same):
            return earlier
        raise AlreadyExistsError(
            "baseline", name, "give another name, or none for the next of its features"
        )


def _reference_of(each: Profiled) -> FeatureReference:
    return FeatureReference.parse(f"{each.path}@{each.version}")


def find_baseline(sources: QualitySources, given: str | Baseline) -> Baseline:
    """Return a baseline that is given as such or by its name; raise ``NotFoundError``."""
    if isinstance(given, Baseline):
        return given
    if not isinstance(given, str):
        raise NotFoundError("baseline", given, [each.name for each in sources.reader.baselines()])
    return sources.reader.baseline(given)
