"""Connecting: to a server by URL, or to the embedded one of the working folder."""

import os
from getpass import getuser
from pathlib import Path

from featuretrail.databases import checked_database
from featuretrail.infrastructure import embedded
from featuretrail.infrastructure.blobs.store import open_blob_store
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.settings import Settings
from featuretrail.store import TimescaleDBFeatureStore


def connect(
    url: str | None = None,
    *,
    actor: str | None = None,
    artifacts: str | None = None,
    folder: str | Path | None = None,
    record_performance: bool | None = None,
    serve_log: float | None = None,
    settings: Settings | None = None,
) -> TimescaleDBFeatureStore:
    """Open a feature store.

    ``url`` is a libpq URL or conninfo of a migrated database; without one the embedded server of
    ``folder`` (``.featuretrail``) is started, shared or joined, and migrated. ``artifacts`` says
    where snapshots are kept: a folder, an object store's URL, or ``database:`` (the default for a
    ``url``). ``actor`` is recorded with every decision (default: the operating system's user).
    ``record_performance=False`` records nothing of what reading costs (see ``store.performance``).
    ``serve_log`` is the share (0 to 1) of entities whose online answers are logged (see
    ``store.served``). What is not given comes from ``settings``, or else from ``FEATURETRAIL_*``
    variables, then from ``featuretrail.toml``. Raises ``DatabaseUnavailableError``,
    ``SchemaError`` or ``EngineError``.
    """
    given = {
        "url": url,
        "actor": actor,
        "artifacts": artifacts,
        "embedded": folder,
        "record_performance": record_performance,
        "serve_log": serve_log,
    }
    chosen = Settings.load(**given) if settings is None else settings
    if chosen.secret_url is not None and folder is None:
        return _open(chosen, chosen.secret_url, "database:")
    server = embedded.start(chosen.embedded)
    try:
        migrate(server.url)
        blobs = (chosen.embedded / "artifacts").absolute()
        return _open(chosen, server.url, str(blobs), server)
    except BaseException:
        server.close()
        raise


def _open(
    settings: Settings,
    url: str,
    default_artifacts: str,
    server: embedded.EmbeddedServer | None = None,
) -> TimescaleDBFeatureStore:
    database = checked_database(settings, url)
    try:
        return TimescaleDBFeatureStore(
            database,
            open_blob_store(settings.secret_artifacts or default_artifacts),
            actor=settings.actor or _user(),
            projection_errors=settings.projection_errors,
            record_performance=settings.record_performance,
            serve_log=settings.serve_log,
            server=server,
            alerts=settings.alerts,
            sources=settings.consistency.made(),
        )
    except BaseException:
        database.close()
        raise


def _user() -> str:
    """Return the operating system's user, by number where it has no name (as in containers)."""
    try:
        return getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
