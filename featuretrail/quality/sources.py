"""Where a check takes its values and its features from."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from attrs import field, frozen

from featuretrail.domain.definitions import FeatureSet
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import Metadata
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.quality.window import Span, Window
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.quality.reading import QualityReader
from featuretrail.infrastructure.quality.windows import GroupWindow, read_windows
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.snapshots.manager import FeatureSnapshotManager
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage
from featuretrail.requests import Features, Requests

DecidedBy = Callable[[str | None, str | None], Metadata]


@frozen(eq=False)
class QualitySources:
    """The parts of a store that quality and drift are judged from."""

    database: Database
    log: EventLog
    registry: RegistryReader
    historical: HistoricalReader
    snapshots: FeatureSnapshotManager
    storage: SnapshotStorage
    decided_by: DecidedBy
    reader: QualityReader = field(init=False)
    requests: Requests = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "reader", QualityReader(self.database))
        object.__setattr__(self, "requests", Requests(self.log, self.registry))

    def position(self, known_at: int | datetime | None) -> int:
        """Return the position that ``known_at`` names, the head of the log without it."""
        position = self.requests.position(known_at)
        return self.log.head().position if position is None else position

    def features(self, wanted: Features, position: int | None = None) -> list[ResolvedFeature]:
        """Return the features of a set, a group or references; a set goes before a group."""
        registry = self.requests.registry(position)
        if isinstance(wanted, str) and wanted in registry.groups and wanted not in registry.sets:
            return list(registry.features_of(wanted))
        return _once(self.requests.resolve(wanted, registry))

    def feature(self, wanted: str | FeatureReference) -> ResolvedFeature:
        """Return one feature; raise ``NotFoundError``."""
        return self.registry.current().resolve(wanted)

    def windows(
        self, features: Sequence[ResolvedFeature], window: Window | None, position: int
    ) -> list[GroupWindow]:
        """Return the values of ``features`` in a window, as known at ``position``."""
        return read_windows(self.historical, features, window, position)


def _once(features: list[ResolvedFeature]) -> list[ResolvedFeature]:
    paths = Counter(each.reference.path for each in features)
    twice = [path for path, count in paths.items() if count > 1]
    if twice:
        raise InvalidInputError(
            f"{', '.join(twice)} is asked for more than once, and judged as one; name each feature "
            "once, in one version"
        )
    return features


def target_of(wanted: Features) -> str:
    """Return how people call what was asked for: a set, a group, features."""
    if isinstance(wanted, FeatureSet):
        return wanted.name
    if isinstance(wanted, str):
        return wanted
    return ", ".join(str(each) for each in wanted)


def in_order(
    windows: Sequence[GroupWindow], features: Sequence[ResolvedFeature]
) -> list[FeatureValues]:
    """Return the values that several groups' windows hold in the order of ``features``."""
    found = {each.path: each for window in windows for each in window.values}
    return [found[feature.reference.path] for feature in features]


def span_of(windows: Sequence[GroupWindow]) -> Span:
    """Return the span that windows share."""
    return windows[0].span if windows else Span()
