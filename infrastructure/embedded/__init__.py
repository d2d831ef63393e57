"""A local PostgreSQL server owned by the working folder."""

from featuretrail.infrastructure.embedded.server import EmbeddedServer, remove, start

__all__ = ["EmbeddedServer", "remove", "start"]
