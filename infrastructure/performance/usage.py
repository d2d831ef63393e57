"""Uses of features, told to the recorder: which features, in what context, at what cost."""

from collections.abc import Iterable, Sequence
from typing import Self

from attrs import field, frozen

from featuretrail.domain.events.performance import Context
from featuretrail.domain.registry import ResolvedFeature


@frozen(cache_hash=True)
class Selection:
    """Features that cost the same in a call: each name with its version."""

    features: tuple[tuple[str, str | None], ...]

    @classmethod
    def of(cls, features: Iterable[ResolvedFeature]) -> Self:
        """Return the selection of resolved features."""
        references = (each.reference for each in features)
        return cls(tuple((each.path, str(each.version)) for each in references))


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
