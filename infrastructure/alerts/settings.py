"""Where alerts go: names of destinations, their secret addresses, and whose they are."""

import os
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from featuretrail.domain.alerts.rule import OWNER, destination_name
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.inputs import several

VARIABLE = "FEATURETRAIL_ALERT_"
"""How variables of destinations begin: ``FEATURETRAIL_ALERT_OPS_MAIL`` is ``ops-mail``."""


class AlertSettings(BaseModel):
    """The destinations of alerts by name, and those of each owner (``*``: of all others)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    destinations: dict[str, SecretStr] = Field(default_factory=dict)
    owners: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("destinations", mode="after")
    @classmethod
    def _named(cls, given: dict[str, SecretStr]) -> dict[str, SecretStr]:
        named = {destination_name(name): address for name, address in given.items()}
        if OWNER in named:
            raise ValueError(f"{OWNER!r} stands for the destinations of an owner; rename it")
        return named

    @field_validator("owners", mode="before")
    @classmethod
    def _routed(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {
            owner: tuple(destination_name(each) for each in several(f"owner {owner!r}", names))
            for owner, names in given.items()
        }

    def address(self, name: str) -> str:
        """Return the secret address of a destination; raise ``NotFoundError``."""
        found = self.destinations.get(name)
        if found is None:
            raise NotFoundError("configured destination", name, sorted(self.destinations))
        return found.get_secret_value()

    @classmethod
    def of(cls, destinations: dict[str, str], owners: dict[str, list[str]] | None = None) -> Self:
        """Return the settings that these addresses make."""
        return cls.model_validate({"destinations": destinations, "owners": owners or {}})


class AlertVariables(PydanticBaseSettingsSource):
    """The destinations that variables name, one each."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - the source's signature
        """Return nothing: the variables are not those of a field."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the destinations as a setting."""
        found = {
            destination_name(name.removeprefix(VARIABLE)): address
            for name, address in os.environ.items()
            if name.startswith(VARIABLE) and address
        }
        return {"alerts": {"destinations": found}} if found else {}
