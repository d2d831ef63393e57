"""Coverage: how many rows of a snapshot have an outcome."""

from typing import Any

from attrs import asdict, frozen

from featuretrail.domain.results import Result


@frozen
class LabelCoverage:
    """The outcomes of one version of a label for a snapshot's rows.

    ``with_outcome`` rows have one. Of these outcomes, as they hold: ``late`` lie before the newest
    recorded earlier, ``replaced`` corrected another value, ``after_freeze`` were recorded after the
    snapshot was frozen, so its own label cannot hold them.
    """

    label: str
    version: str
    with_outcome: int
    late: int
    replaced: int
    after_freeze: int


@frozen
class OutcomeCoverage(Result):
    """How far the ``rows`` of a snapshot are judged, label by label; none without outcomes."""

    snapshot_id: str
    rows: int
    labels: tuple[LabelCoverage, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object; ``share`` is of the rows, from 0 to 1."""
        return {
            "snapshot_id": self.snapshot_id,
            "rows": self.rows,
            "labels": [
                asdict(each) | {"share": self._share(each.with_outcome)} for each in self.labels
            ],
        }

    def _share(self, rows: int) -> float | None:
        return round(rows / self.rows, 4) if self.rows else None
