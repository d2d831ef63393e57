"""The seven tables of the read side, one module a table.

A new table is a module here, its line in ``READ_MODELS`` and a migration; a new event is a handler
in the module of each table that it changes.
"""

from featuretrail.projections.read_model import ReadModel
from featuretrail.projections.read_models.consistency import FEATURE_CONSISTENCY_CHECKS
from featuretrail.projections.read_models.documentation import FEATURE_DOCUMENTATION
from featuretrail.projections.read_models.drift import FEATURE_DRIFT_DETECTION
from featuretrail.projections.read_models.lineage import FEATURE_LINEAGE
from featuretrail.projections.read_models.metadata import FEATURE_METADATA
from featuretrail.projections.read_models.performance import FEATURE_PERFORMANCE_METRICS
from featuretrail.projections.read_models.snapshots import FEATURE_SNAPSHOT_VERSIONS

READ_MODELS: tuple[ReadModel, ...] = (
    FEATURE_SNAPSHOT_VERSIONS,
    FEATURE_LINEAGE,
    FEATURE_CONSISTENCY_CHECKS,
    FEATURE_PERFORMANCE_METRICS,
    FEATURE_DOCUMENTATION,
    FEATURE_METADATA,
    FEATURE_DRIFT_DETECTION,
)

VIEWS = (
    "feature_snapshot_summary",
    "feature_performance_summary",
    "feature_quality_dashboard",
)
"""The views over the tables."""

__all__ = ["READ_MODELS", "VIEWS"]
