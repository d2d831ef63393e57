"""Settings of documentation: the policy that ``plan`` and ``apply`` hold definitions to."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from featuretrail.domain.documentation.policy import DocumentationPolicy

Level = Literal["error", "warning", "ignore"]


class PolicySettings(BaseModel):
    """How bad it is that a definition does not say something, see ``DocumentationPolicy``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    missing_owner: Level = "ignore"
    missing_description: Level = "ignore"
    missing_unit: Level = "ignore"
    missing_constraints: Level = "ignore"
    missing_tags: Level = "ignore"
    missing_group_description: Level = "ignore"
    missing_set_description: Level = "ignore"
    missing_set_owner: Level = "ignore"

    def to_domain(self) -> DocumentationPolicy:
        """Return the policy."""
        return DocumentationPolicy(**self.model_dump())


class DocumentationSettings(BaseModel):
    """The table ``[documentation]`` of ``featuretrail.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: PolicySettings = PolicySettings()
