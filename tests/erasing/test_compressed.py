"""Rows in compressed chunks are erased too."""

import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.erasing.people import PEOPLE, visits

BEN = {"person": ["ben", "ben"], "shop": [1, 2]}
COMPRESS = "SELECT compress_chunk(c) FROM show_chunks('featuretrail_values.people') AS c"
COMPRESSED = """SELECT count(*) FROM timescaledb_information.chunks
WHERE hypertable_schema = 'featuretrail_values' AND is_compressed"""
LEFT = "SELECT DISTINCT person FROM featuretrail_values.people ORDER BY person"


@pytest.mark.tiers("community")
@pytest.mark.parametrize("artifacts", ["database"], indirect=True)
def test_a_person_is_erased_from_compressed_chunks(
    database: Database, store: ft.TimescaleDBFeatureStore
) -> None:
    store.register(PEOPLE)
    store.ingest("people", visits(30), partial=True)
    with database.connect() as connection:
        connection.execute(COMPRESS)
        assert connection.execute(COMPRESSED).fetchall() != [(0,)]

    done = store.erase("people", BEN, "request 4711")

    assert done.values == 60
    with database.connect() as connection:
        assert connection.execute(LEFT).fetchall() == [("ada",), ("cleo",)]
    assert store.audit.verify(skip=["read-side"]).faults == ()
