"""Evidence of what a feature costs: its measurements, as the read side knows them."""

from featuretrail.domain.lineage.cost import NEWEST, CostEstimate, estimate_cost
from featuretrail.domain.names import FeatureReference
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query


def read_cost(database: Database, feature: FeatureReference) -> CostEstimate:
    """Return what the measurements of a pinned feature say; none if there are too few."""
    facts = {"feature": feature.path, "version": str(feature.version), "newest": NEWEST}
    with database.connection() as connection:
        rows = connection.execute(query("lineage/measurements"), facts).fetchall()
    return estimate_cost(rows)
