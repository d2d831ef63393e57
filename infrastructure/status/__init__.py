"""What this store runs on, what is active and what is not, and how much it holds."""

from featuretrail.infrastructure.status.sections import Sections
from featuretrail.infrastructure.status.store import store_status

__all__ = ["Sections", "store_status"]
