"""The facets that are featuretrail's own: versions and positions.

Their schemas are in ``docs/reference/openlineage/``.
"""

from importlib.metadata import version

import attr
from openlineage.client.generated.base import DatasetFacet, JobFacet, RunFacet

VERSION = version("featuretrail")
PRODUCER = f"urn:featuretrail:{VERSION}"
"""What made the events: a name, not an address, of this release."""

_SCHEMAS = "urn:featuretrail:openlineage:1-0-0"


@attr.define
class FeaturetrailVersionDatasetFacet(DatasetFacet):
    """The versions of the features in a table, or the version and digest of what is frozen."""

    features: dict[str, str] | None = None
    version: str | None = None
    digest: str | None = None

    @staticmethod
    def _get_schema() -> str:
        return f"{_SCHEMAS}:FeaturetrailVersionDatasetFacet.json"


@attr.define
class FeaturetrailVersionJobFacet(JobFacet):
    """The versions of what a job made in this run, and the digest of the rule that it followed."""

    versions: dict[str, str]
    ruleDigest: str | None = None  # noqa: N815 - facets are in camel case

    @staticmethod
    def _get_schema() -> str:
        return f"{_SCHEMAS}:FeaturetrailVersionJobFacet.json"


@attr.define
class FeaturetrailPositionRunFacet(RunFacet):
    """Where in the log a run stands, up to where it read, and the digests that certify it."""

    position: int
    logDigest: str  # noqa: N815
    readPosition: int | None = None  # noqa: N815
    contentDigest: str | None = None  # noqa: N815

    @staticmethod
    def _get_schema() -> str:
        return f"{_SCHEMAS}:FeaturetrailPositionRunFacet.json"
