"""A group's tables have the documented shape on every engine."""

import pytest

from featuretrail.domain.definitions import Feature, FeatureGroup
from tests.engines.database import Database
from tests.values.store import WEATHER, Values, weather

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


def test_values_are_a_hypertable_of_weeks_where_timescaledb_is(
    values: Values, database: Database
) -> None:
    with values.database.connection() as connection:
        if not database.timescale:
            found = connection.execute("SELECT FROM pg_extension WHERE extname = 'timescaledb'")
            assert found.fetchall() == []
            return
        found = connection.execute(
            "SELECT column_name, time_interval = '7 days' FROM timescaledb_information.dimensions "
            "WHERE hypertable_schema = 'featuretrail_values' AND hypertable_name = 'weather'"
        )
        assert found.fetchall() == [("event_time", True)]


def test_text_keys_compare_by_bytes_and_rows_are_indexed_newest_first(values: Values) -> None:
    with values.database.connection() as connection:
        [(definition,)] = connection.execute(
            "SELECT indexdef FROM pg_indexes "
            "WHERE schemaname = 'featuretrail_values' AND tablename = 'weather'"
        )
        collations = connection.execute(
            "SELECT DISTINCT c.collname FROM pg_attribute AS a "
            "JOIN pg_collation AS c ON c.oid = a.attcollation "
            "WHERE a.attrelid = 'featuretrail_values.weather'::regclass"
        ).fetchall()

    assert "UNIQUE" in definition
    assert definition.endswith("(origin, station, event_time DESC, batch DESC)")
    assert collations == [("C",)]


def test_every_table_and_column_says_what_it_is(values: Values) -> None:
    with values.database.connection() as connection:
        silent = connection.execute(
            """
            SELECT c.relname, a.attname
            FROM pg_class AS c
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum >= 0
            WHERE c.relnamespace::regnamespace::text IN
              ('featuretrail_values', 'featuretrail_online', 'featuretrail_retracted')
              AND c.relkind = 'r'
              AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)
            """
        ).fetchall()

    assert silent == []


def test_a_new_feature_and_a_new_type_are_new_columns_and_old_batches_keep_theirs(
    values: Values,
) -> None:
    values.ingest("weather", weather(1))
    features = [
        *(feature for feature in WEATHER.features if feature.name != "gusts"),
        Feature("gusts", "float64", version="2.0.0"),
        Feature("dew", "float64"),
    ]
    values.register(FeatureGroup("weather", WEATHER.keys, features))

    values.ingest("weather", {**weather(1), "gusts": [2.5], "gusts@1.0.0": [2], "dew": [9.0]})
    values.ingest(
        "weather",
        {name: column for name, column in weather(1).items() if name != "gusts"}
        | {"gusts@1.0.0": [3], "dew": [8.0]},
    )

    rows = values.values()
    assert [row["gusts"] for row in rows] == [0, 2, 3]
    assert [row["gusts__2_0_0"] for row in rows] == [None, 2.5, None]
    assert [row["dew"] for row in rows] == [None, 9.0, 8.0]
    assert [batch["layout"] for batch in values.batches()] == [1, 2, 3]
