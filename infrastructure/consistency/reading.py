"""The recorded checks of consistency, as the read side has them."""

from datetime import datetime
from typing import Any

from attrs import field, frozen

from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query


@frozen
class RecordedConsistency(Result):
    """One recorded check; ``details`` is what its result said, see ``CheckResult``."""

    checked_at: datetime
    snapshot_id: str
    check_type: str
    status: str
    details: dict[str, Any] = field(repr=False)
    auto_fixed: bool
    duration_ms: float
    confidence_score: float | None
    position: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "checked_at": self.checked_at.isoformat(),
            "snapshot_id": self.snapshot_id,
            "check_type": self.check_type,
            "status": self.status,
            "auto_fixed": self.auto_fixed,
            "duration_ms": self.duration_ms,
            "confidence_score": self.confidence_score,
            "position": self.position,
            **self.details,
        }


def read_checks(
    database: Database,
    snapshot_id: str | None,
    check_type: str | None,
    last: int,
    *,
    position: int | None = None,
) -> list[RecordedConsistency]:
    """Return the newest recorded checks (of a snapshot, of a type, at a position) in turn."""
    facts = {"snapshot": snapshot_id, "check_type": check_type, "last": last, "position": position}
    with database.connection() as connection:
        rows = connection.execute(query("consistency/checks"), facts).fetchall()
    return [RecordedConsistency(*row) for row in rows]
