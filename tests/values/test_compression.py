"""Chunks of values follow the rows that arrive, and on Community are compressed by a policy."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.infrastructure.values.verification import verify_batches
from tests.engines.database import Database
from tests.values.store import Values

pytestmark = pytest.mark.tiers("community")

MARCH = datetime(2013, 3, 1, tzinfo=UTC)
FEW = FeatureGroup("few", {"place": "text"}, [Feature("x", "float64")])
MANY = FeatureGroup("many", {"User": "int64", "n": "int64"}, [Feature("x", "float64")])


INTERVAL = """
SELECT time_interval FROM timescaledb_information.dimensions
WHERE hypertable_schema = 'featuretrail_values' AND hypertable_name = %s
"""


@pytest.mark.tiers("apache", "community")
def test_a_chunk_is_the_longest_step_in_which_no_more_than_a_million_rows_come(
    values: Values,
) -> None:
    arriving = {
        (10, timedelta(days=300)): timedelta(days=91),
        (30_000, timedelta(days=1)): timedelta(days=28),
        (100_000, timedelta(days=1)): timedelta(days=7),
        (100_000, timedelta(hours=12)): timedelta(days=1),
        (100_000, timedelta(minutes=50)): timedelta(hours=6),
        (100_000, timedelta(0)): timedelta(hours=1),
    }
    fit = "SELECT featuretrail.fit_chunks('weather', %s, %s, %s)"
    for (rows, span), interval in arriving.items():
        assert ask(values, fit, rows, MARCH, MARCH + span) == [(interval,)]
        assert ask(values, INTERVAL, "weather") == [(interval,)]


@pytest.mark.tiers("apache", "community")
def test_the_first_batch_says_how_long_chunks_are_and_later_ones_correct_it(
    values: Values,
) -> None:
    values.register(FEW)
    assert ask(values, INTERVAL, "few") == [(timedelta(days=7),)]

    values.ingest("few", table("place", ["A"], hours=200))
    assert ask(values, INTERVAL, "few") == [(timedelta(days=91),)]

    busy = pa.array([MARCH + timedelta(milliseconds=n) for n in range(500)])
    values.ingest("few", {"place": ["B"] * 500, "event_time": busy, "x": np.zeros(500)})
    ask(values, "DELETE FROM featuretrail.batches WHERE batch = 1 AND group_name = 'few'")
    ask(values, "CALL featuretrail.tune_values()")  # 500 rows a minute
    assert ask(values, INTERVAL, "few") == [(timedelta(days=1),)]


@pytest.mark.tiers("apache", "community")
def test_an_interval_that_the_operator_chose_stays(values: Values) -> None:
    ask(values, "SELECT set_chunk_time_interval('featuretrail_values.weather', interval '3 days')")

    ask(values, "SELECT featuretrail.fit_chunks('weather', 10, %s, %s)", MARCH, MARCH)

    assert ask(values, INTERVAL, "weather") == [(timedelta(days=3),)]


@pytest.mark.tiers("apache")
@pytest.mark.usefixtures("values")
def test_two_who_fit_the_same_chunks_at_once_do_not_refuse_each_other(database: Database) -> None:
    fit = "SELECT featuretrail.fit_chunks('weather', 10, now() - interval '1 year', now())"
    with database.connect() as one, database.connect() as other:
        other.execute("SET lock_timeout = '5s'")
        other.commit()
        with one.transaction(), other.transaction():
            assert one.execute(fit).fetchall() == [(timedelta(days=91),)]
            assert other.execute(fit).fetchall() == [(timedelta(days=7),)]
        assert other.execute(fit).fetchall() == [(timedelta(days=91),)]


@pytest.mark.tiers("apache")
@pytest.mark.usefixtures("values")
def test_who_does_not_own_the_table_leaves_the_interval_to_the_owner(database: Database) -> None:
    fit = "SELECT featuretrail.fit_chunks('weather', 10, now() - interval '1 year', now())"
    with database.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("CREATE ROLE only_writes")
        connection.execute("GRANT USAGE ON SCHEMA featuretrail, featuretrail_values TO only_writes")
        connection.execute("GRANT SELECT ON featuretrail.batches TO only_writes")
        connection.execute("SET LOCAL ROLE only_writes")
        assert connection.execute(fit).fetchall() == [(timedelta(days=7),)]
        connection.execute("RESET ROLE")
        assert connection.execute(fit).fetchall() == [(timedelta(days=91),)]


@pytest.mark.tiers("embedded", "apache")
def test_where_the_edition_cannot_compress_nothing_is_asked_of_it(
    values: Values, database: Database
) -> None:
    assert ask(values, "SELECT featuretrail.fit_compression('weather')") == [(False,)]
    if database.timescale:
        jobs = "SELECT job_id FROM timescaledb_information.jobs WHERE proc_schema !~ '^_'"
        assert ask(values, jobs) == []
    else:
        assert ask(values, "SELECT featuretrail.fit_chunks('weather')") == [(None,)]
        ask(values, "CALL featuretrail.tune_values()")


def test_few_entities_are_segments_and_many_are_not(values: Values) -> None:
    values.register(FEW, MANY)
    assert settings(values, "few") == ["place"]

    values.ingest("few", table("place", ["A", "B"], hours=600))
    entity = np.arange(1_000)
    moments = pa.array([MARCH + timedelta(minutes=int(n)) for n in entity])
    values.ingest("many", {"User": entity, "n": entity, "event_time": moments, "x": entity / 2})

    assert settings(values, "few") == ["place"]
    assert settings(values, "many") == []
    assert ask(values, ORDER, "many") == [("event_time DESC,batch DESC",)]


def test_entities_that_become_many_are_segments_no_more_after_the_daily_job(
    values: Values,
) -> None:
    values.register(MANY)
    quoted = {"User": [1] * 600, "n": [1] * 600, "event_time": hours(600), "x": [0.5] * 600}
    values.ingest("many", quoted)
    assert settings(values, "many") == ["User", "n"]
    more = np.arange(300)
    values.ingest("many", {"User": more, "n": more, "event_time": hours(300), "x": more / 2})

    [(job,)] = ask(
        values, "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = 'tune_values'"
    )
    ask(values, "CALL run_job(%s)", job)

    assert settings(values, "many") == []


def test_the_policy_compresses_old_chunks_and_leaves_young_ones(values: Values) -> None:
    values.register(FEW)
    ask(values, "SELECT set_chunk_time_interval('featuretrail_values.few', interval '2 days')")
    values.ingest("few", table("place", ["A"], hours=200))
    young = datetime.now(UTC) - timedelta(days=1)
    values.ingest("few", {"place": ["A"], "event_time": [young], "x": [1.0]})

    run_policy(values, "few")

    chunks = ask(
        values,
        "SELECT range_end < now() - interval '14 days', is_compressed, count(*) "
        "FROM timescaledb_information.chunks WHERE hypertable_name = 'few' GROUP BY 1, 2",
    )
    assert {(old, compressed) for old, compressed, _ in chunks} == {(True, True), (False, False)}


def test_late_rows_into_compressed_chunks_are_kept_certified_and_compressed_in_turn(
    values: Values,
) -> None:
    values.register(FEW)
    values.ingest("few", table("place", ["A", "B"], hours=600))
    run_policy(values, "few")

    ask(values, "SET timescaledb.max_tuples_decompressed_per_dml_transaction = 1")
    values.ingest("few", table("place", ["A", "C"], hours=50, x=7.0))  # unpacks nothing
    ask(values, "RESET timescaledb.max_tuples_decompressed_per_dml_transaction")
    newest = values.online("few")
    stored = sorted((row["place"], row["batch"]) for row in values.values("few"))
    run_policy(values, "few")

    assert sorted((row["place"], row["batch"]) for row in values.values("few")) == stored
    assert len(stored) == 1_300
    assert faults(values) == []
    assert {row["place"]: row["batch"] for row in newest} == {"A": 1, "B": 1, "C": 2}
    assert ask(values, PARTIAL) == [(0,)]


PARTIAL = """
SELECT count(*) FROM show_chunks('featuretrail_values.few') AS c
WHERE EXISTS (SELECT FROM timescaledb_information.chunks AS i
  WHERE format('%I.%I', i.chunk_schema, i.chunk_name)::regclass = c AND NOT i.is_compressed)
"""


def test_a_row_that_is_there_already_is_refused_by_a_compressed_chunk(values: Values) -> None:
    values.register(FEW)
    values.ingest("few", table("place", ["A"], hours=10))
    run_policy(values, "few")

    with pytest.raises(Exception, match="duplicate key"):
        ask(
            values,
            "INSERT INTO featuretrail_values.few VALUES ('A', %s, 1, 2)",
            MARCH + timedelta(hours=3),
        )


def test_tampering_with_compressed_values_is_found(values: Values) -> None:
    values.register(FEW)
    values.ingest("few", table("place", ["A", "B"], hours=30))
    run_policy(values, "few")
    assert faults(values) == []

    ask(values, "UPDATE featuretrail_values.few SET x = 99 WHERE event_time = %s", MARCH)

    assert [(fault.group, fault.batch) for fault in faults(values)] == [("few", 1)]


def test_an_entity_is_deleted_from_compressed_chunks_and_no_other(values: Values) -> None:
    values.register(FEW)
    values.ingest("few", table("place", ["A", "B"], hours=600))
    run_policy(values, "few")

    ask(values, "DELETE FROM featuretrail_values.few WHERE place = 'A'")

    assert {row["place"] for row in values.values("few")} == {"B"}
    assert len(values.values("few")) == 600


def test_a_group_that_is_compressed_gains_a_feature(values: Values) -> None:
    values.register(FEW)
    values.ingest("few", table("place", ["A"], hours=40))
    run_policy(values, "few")
    wider = FeatureGroup("few", FEW.keys, [*FEW.features, Feature("y", "text")])

    values.register(wider)
    values.ingest("few", {**table("place", ["B"], hours=40), "y": ["new"] * 40})
    run_policy(values, "few")

    assert {(row["place"], row["y"]) for row in values.values("few")} == {
        ("A", None),
        ("B", "new"),
    }
    assert settings(values, "few") == ["place"]
    assert faults(values) == []


def hours(count: int) -> pa.Array:
    """So many hours from March 2013 on."""
    return pa.array([MARCH + timedelta(hours=n) for n in range(count)])


def table(key: str, entities: list[str], *, hours: int, x: float = 0.5) -> dict[str, Any]:
    """A row an hour of each entity."""
    moments = [MARCH + timedelta(hours=n) for n in range(hours)]
    return {
        key: [entity for entity in entities for _ in moments],
        "event_time": moments * len(entities),
        "x": [x] * len(moments) * len(entities),
    }


def ask(values: Values, statement: str, *facts: Any) -> list[tuple[Any, ...]]:
    """What the database answers."""
    with values.database.connection() as connection:
        cursor = connection.execute(statement.encode(), facts or None)
        return cursor.fetchall() if cursor.description else []


ORDER = """
SELECT orderby FROM timescaledb_information.hypertable_compression_settings
WHERE hypertable = ('featuretrail_values.' || %s)::regclass
"""


def settings(values: Values, group: str) -> list[str]:
    """The columns by which the group's next chunks have segments."""
    found = ask(
        values,
        "SELECT attname FROM timescaledb_information.compression_settings "
        "WHERE hypertable_schema = 'featuretrail_values' AND hypertable_name = %s "
        "AND segmentby_column_index IS NOT NULL ORDER BY segmentby_column_index",
        group,
    )
    return [name for (name,) in found]


def run_policy(values: Values, group: str) -> None:
    """Do what the server's own workers would do by and by."""
    jobs = ask(
        values,
        "SELECT job_id FROM timescaledb_information.jobs "
        "WHERE proc_name = 'policy_compression' AND hypertable_schema = 'featuretrail_values' "
        "AND hypertable_name = %s",
        group,
    )
    [(job,)] = jobs
    ask(values, "CALL run_job(%s)", job)


def faults(values: Values) -> list[Any]:
    """What verification finds in the stored values."""
    return list(verify_batches(values.database, values.registry.current()))
