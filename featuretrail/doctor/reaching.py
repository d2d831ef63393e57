"""The way to the store that is examined, and to the one of the trials."""

from collections.abc import Iterator
from contextlib import contextmanager

from featuretrail.databases import database_at
from featuretrail.domain.errors import DatabaseUnavailableError
from featuretrail.infrastructure import embedded
from featuretrail.infrastructure.blobs.database import DatabaseBlobs
from featuretrail.infrastructure.settings import Settings
from featuretrail.store import TimescaleDBFeatureStore


@contextmanager
def reached(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the URL of the store, and where its snapshots are unless the settings say it.

    An embedded server is started or joined as it is; where there is none, none is made. Raises
    ``DatabaseUnavailableError`` then.
    """
    url = settings.secret_url
    if url is not None:
        yield url, DatabaseBlobs.url
        return
    folder = settings.embedded
    if not (folder / "server").is_dir():
        raise DatabaseUnavailableError(
            f"no database is configured, and {folder} holds no embedded one: give --url, or make "
            "one there with `featuretrail db migrate`"
        )
    with embedded.start(folder) as server:
        yield server.url, str((folder / "artifacts").absolute())


def trial_store(settings: Settings, url: str) -> TimescaleDBFeatureStore:
    """Open a store whose snapshots, too, are in its database, and whose alerts go nowhere."""
    return TimescaleDBFeatureStore(
        database_at(settings, url),
        DatabaseBlobs(),
        actor="featuretrail doctor",
        projection_errors="stop",
    )
