"""What computing features did: rows, times, cost, and where the log has it."""

from datetime import datetime
from typing import Any

from attrs import asdict, field, frozen

from featuretrail.domain.results import Result


@frozen
class ComputedFeature(Result):
    """One feature of a run.

    ``rows`` were computed, from the event time ``first`` to ``last``, and ``written`` of them were
    not in the store. ``milliseconds`` is the wall time of the rule, without reading and storing.
    ``position`` is that of the batch, ``None`` if nothing was written; ``due`` the event time from
    which on it is still to be computed, ``None`` if nothing is left.
    """

    feature: str
    rows: int
    written: int
    first: datetime | None
    last: datetime | None
    milliseconds: float
    position: int | None
    due: datetime | None

    def to_dict(self) -> dict[str, Any]:
        """Return the feature's part of the run as a JSON object."""
        return asdict(self)


@frozen
class ComputeReport(Result):
    """The features of one ``compute`` call, parents before children.

    ``position`` is the log's head after it.
    """

    features: tuple[ComputedFeature, ...] = field()
    position: int
    seconds: float

    @property
    def written(self) -> int:
        """How many values were written."""
        return sum(feature.written for feature in self.features)

    def to_dict(self) -> dict[str, Any]:
        """Return the run as a JSON object."""
        return {
            "features": [feature.to_dict() for feature in self.features],
            "written": self.written,
            "position": self.position,
            "seconds": self.seconds,
        }
