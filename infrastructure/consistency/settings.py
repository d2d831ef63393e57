"""The other systems that snapshots are compared with, as settings describe them.

Every command reads settings and few compare, so a source's class is imported when one is made.
"""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

if TYPE_CHECKING:
    from featuretrail.infrastructure.consistency.source import ValueSource


class _Described(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    columns: dict[str, str] = Field(default_factory=dict)


class PostgresDescription(_Described):
    """A table of a PostgreSQL database."""

    kind: Literal["postgres"]
    url: SecretStr
    table: str

    def made(self, name: str) -> "ValueSource":
        """Return the source; nothing is connected to yet."""
        from featuretrail.infrastructure.consistency.postgres import (  # noqa: PLC0415 - see above
            PostgresSource,
        )

        url = self.url.get_secret_value()
        return PostgresSource(url, self.table, columns=self.columns, name=name)


class ParquetDescription(_Described):
    """A Parquet file or folder, or a URL of one."""

    kind: Literal["parquet"]
    path: str = Field(repr=False)  # a URL may hold credentials

    def made(self, name: str) -> "ValueSource":
        """Return the source; nothing is read yet."""
        from featuretrail.infrastructure.consistency.parquet import (  # noqa: PLC0415 - see above
            ParquetSource,
        )

        return ParquetSource(self.path, columns=self.columns, name=name)


Description = Annotated[PostgresDescription | ParquetDescription, Field(discriminator="kind")]


class ConsistencySettings(BaseModel):
    """``[consistency.sources.NAME]`` of ``featuretrail.toml``, by name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sources: dict[str, Description] = Field(default_factory=dict)

    def made(self) -> dict[str, "ValueSource"]:
        """Return the sources; raise ``InvalidInputError`` for one that cannot be."""
        return {name: each.made(name) for name, each in self.sources.items()}
