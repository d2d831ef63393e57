"""A database that refuses some rows, for as long as a test wants."""

from collections.abc import Iterator
from contextlib import contextmanager

from featuretrail.infrastructure.database import Database

KEY = "only this key is refused"


@contextmanager
def refusing(pool: Database) -> Iterator[None]:
    """Make the database refuse rows of metadata with the key ``KEY``, until the end."""
    with pool.connection() as connection:
        connection.execute(
            "ALTER TABLE featuretrail.feature_metadata ADD CONSTRAINT only_in_this_test "
            f"CHECK (metadata_key <> '{KEY}')"
        )
    yield
    with pool.connection() as connection:
        connection.execute(
            "ALTER TABLE featuretrail.feature_metadata DROP CONSTRAINT only_in_this_test"
        )
