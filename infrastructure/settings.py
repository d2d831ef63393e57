"""Settings: from arguments, then ``FEATURETRAIL_*`` variables, then ``featuretrail.toml``."""

import re
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from featuretrail.domain.errors import InvalidInputError
from featuretrail.infrastructure.alerts.settings import AlertSettings, AlertVariables
from featuretrail.infrastructure.conninfo import with_defaults
from featuretrail.infrastructure.consistency.settings import ConsistencySettings
from featuretrail.infrastructure.documentation_settings import DocumentationSettings

PREFIX = "FEATURETRAIL_"
FILE = Path("featuretrail.toml")

TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
"""The settings that go into the URL as libpq's parameters."""

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(value: object) -> object:
    match = re.fullmatch(r"(\d{1,9})\s*(ms|s|m|h)", value) if isinstance(value, str) else None
    return value if match is None else int(match[1]) * _SECONDS[match[2]]


Seconds = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=2_000_000)]
"""A number of seconds, or a text such as ``500ms``, ``30s``, ``5m``; at most 23 days."""


class Settings(BaseSettings):
    """How a store is reached; frozen, and its secrets never appear in text.

    ``url`` leads to the database (``None``: the embedded server, with its data in ``embedded``);
    ``artifacts`` is the folder or object store of snapshots (``None``: where the tier keeps them);
    ``actor`` names who acts, in every event; ``projection_errors`` says whether the read side sets
    an event aside that it cannot take in, or stops before it; ``record_performance`` says whether
    what reading features costs is recorded; ``serve_log`` is the share (0 to 1) of entities whose
    online answers are logged. ``sslmode`` and the paths of certificates and keys are
    libpq's; what ``url`` says of them stays. Timeouts are seconds, 0 is none. ``alerts`` are the
    destinations of alerts, each also a variable such as ``FEATURETRAIL_ALERT_OPS_MAIL``;
    ``consistency`` are the other systems that snapshots are compared with; ``documentation`` has
    the policy that definitions are held to.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        toml_file=FILE,
        hide_input_in_errors=True,
    )

    url: SecretStr | None = None
    actor: str | None = None
    artifacts: SecretStr | None = None
    embedded: Path = Path(".featuretrail")
    pool_size: int = Field(default=30, ge=1, le=10_000)
    pool_overflow: int = Field(default=50, ge=0, le=10_000)
    pool_timeout: Seconds = 10.0
    connect_timeout: int = Field(default=5, ge=1, le=3600)
    statement_timeout: Seconds = 30.0
    lock_timeout: Seconds = 10.0
    idle_in_transaction_timeout: Seconds = 60.0
    projection_errors: Literal["park", "stop"] = "park"
    record_performance: bool = True
    serve_log: float = Field(default=0.0, ge=0, le=1)
    alerts: AlertSettings = AlertSettings()
    consistency: ConsistencySettings = ConsistencySettings()
    documentation: DocumentationSettings = DocumentationSettings()
    sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] | None = (
        None
    )
    sslrootcert: str | None = None
    sslcert: str | None = None
    sslkey: str | None = None

    @classmethod
    def load(cls, **arguments: object) -> Self:
        """Return the settings, ``arguments`` first (``None`` is not given).

        Raises ``InvalidInputError`` naming every setting that cannot be used, without its value.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            raise InvalidInputError(_faults(error)) from None
        except (TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidInputError(f"{FILE} is no valid TOML: {error}") from None
        except OSError as error:
            raise InvalidInputError(f"{FILE} cannot be read: {error.strerror}") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings' signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources in order of precedence."""
        variables = AlertVariables(settings_cls)
        return init_settings, variables, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def secret_url(self) -> str | None:
        """The database's URL with its password and the TLS settings, for connecting only."""
        if self.url is None:
            return None
        given = {name: getattr(self, name) for name in TLS}
        return with_defaults(self.url.get_secret_value(), given)

    @property
    def secret_artifacts(self) -> str | None:
        """The URL of snapshots with its credentials, for connecting only."""
        return None if self.artifacts is None else self.artifacts.get_secret_value()


def _faults(error: ValidationError) -> str:
    lines = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        name = ".".join(str(part) for part in fault["loc"])
        lines.append(f"\n  {name}: {_reason(fault['type'], fault['msg'])}")
    return (
        "settings cannot be used:" + "".join(lines) + f"\nthey come from arguments, then {PREFIX}* "
        f"variables (such as {PREFIX}POOL_SIZE), then {FILE} in the working folder"
    )


def _reason(kind: str, message: str) -> str:
    if kind != "extra_forbidden":
        return message
    return f"no such setting; there are {', '.join(Settings.model_fields)}"
