"""The read side moved to hypertables when TimescaleDB came after it: by a rebuild into them."""

from featuretrail.infrastructure.database import AnyConnection, Database
from featuretrail.infrastructure.values.moving import waiting
from featuretrail.projections.projector import Policy
from featuretrail.projections.rebuild_report import Progress, RebuildReport
from featuretrail.projections.rebuilding import Rebuilder


def move_read_side(
    database: Database, connection: AnyConnection, policy: Policy, progress: Progress
) -> RebuildReport | None:
    """Build the tables as hypertables, prove that they equal the live ones, and swap them in.

    ``None`` when no live table waits for that. A rebuild takes the locks of a swap, half a second
    at most, where a conversion in place would hold each table for as long as it takes. When the
    proof fails the live tables stay as they are, and the report says what differs.
    """
    if not waiting(connection, "featuretrail"):
        return None
    return Rebuilder(database, policy).rebuild(None, progress)
