"""Evidence of what a feature costs: its measurements, as the read side knows them."""

from featuretrail.domain.lineage.cost import NEWEST, CostEstimate, estimate_cost
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query


def read_cost(database: Database, feature: ResolvedFeature) -> CostEstimate:
    """Return what the measurements of a version of a feature say; none if there are too few."""
    pinned = feature.reference
    facts = {"feature": pinned.path, "version": str(pinned.version), "newest": NEWEST}
    with database.connection() as connection:
        rows = connection.execute(query("lineage/measurements"), facts).fetchall()
    return estimate_cost(rows, by_rule=feature.version.definition.rule is not None)
