"""What ingestion and retraction give back."""

from typing import Any

from attrs import asdict, frozen

from featuretrail.domain.results import Result


@frozen
class Receipt(Result):
    """Proof of a stored batch.

    ``rows`` counts the rows (of a retraction: the entities), ``batch`` is the batch's number in its
    group, ``position`` its place in the log, ``digest`` the canonical digest of its rows (empty for
    a retraction). ``repeated`` is true when an idempotency key found the batch already stored.
    """

    group: str
    rows: int
    batch: int
    position: int
    digest: str
    repeated: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as a JSON object."""
        return asdict(self)
