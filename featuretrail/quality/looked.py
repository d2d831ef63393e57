"""What a check of drift looks at."""

from collections.abc import Sequence
from datetime import datetime

from attrs import field, frozen

from featuretrail.domain.events.baselines import CheckedWhat
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.quality.window import Span


@frozen(eq=False)
class Looked:
    """The values that a check looks at: of a window, a snapshot or a caller's data.

    ``moving_until`` is up to when they tell what a feature looks like: the end of the window, when
    the snapshot was made; ``None`` for data, which moves no incident.
    """

    checked: CheckedWhat
    values: Sequence[FeatureValues] = field(repr=False)
    position: int
    span: Span = field(factory=Span)
    snapshot_id: str | None = None
    content_digest: str | None = None
    moving_until: datetime | None = None
