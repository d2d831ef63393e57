"""Uses of features, told to the recorder: which features, in what context, at what cost."""

from collections.abc import Sequence

from attrs import field, frozen

from featuretrail.domain.events.performance import Context
from featuretrail.domain.registry import ResolvedFeature


@frozen(cache_hash=True)
class Selection:
    """Features that cost the same in a call: each name with its version."""

    features: tuple[tuple[str, str | None], ...]


class Selections:
    """Makes selections and keeps some, since the same features are asked for many times."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._kept: dict[tuple[int, ...], tuple[list[object], Selection]] = {}

    def of(self, features: Sequence[ResolvedFeature]) -> Selection:
        """Return the selection of resolved features."""
        key = tuple([id(each.version) for each in features])
        kept = self._kept.get(key)
        if kept is None:
            references = [each.reference for each in features]
            selection = Selection(tuple((each.path, str(each.version)) for each in references))
            # what is kept keeps its versions alive, so their ids stay theirs
            kept = ([each.version for each in features], selection)
            if len(self._kept) >= self._most:
                self._kept.clear()
            self._kept[key] = kept
        return kept[1]


SELECTIONS = Selections()
"""Those of this process."""


@frozen
class Share:
    """What one call cost each feature of ``selection``; the shares of a call sum up to the call."""

    selection: Selection
    milliseconds: float
    cpu_ms: float | None
    memory_mb: float | None


@frozen
class CallCost:
    """The shares of one call that answered ``rows`` rows."""

    rows: int
    shares: Sequence[Share] = field(repr=False)


@frozen(cache_hash=True)
class Use:
    """What uses of one kind have in common; ``context`` is training, inference or validation."""

    selection: Selection
    context: Context
    snapshot_id: str | None = None
    performance_score: float | None = None
    accuracy_impact: float | None = None
