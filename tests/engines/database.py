"""What the fixtures ``database`` and ``empty_database`` give a test."""

from typing import Any, Literal, get_args

import psycopg
from attrs import frozen

Tier = Literal["embedded", "apache", "community"]
TIERS: tuple[Tier, ...] = get_args(Tier)


@frozen
class Database:
    """A database of one test's own: its libpq URL, as superuser, and its engine's tier."""

    url: str
    tier: Tier

    @property
    def timescale(self) -> bool:
        """Whether the extension timescaledb is there."""
        return self.tier != "embedded"

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection in autocommit mode, for the test to close."""
        return psycopg.connect(self.url, autocommit=True)
