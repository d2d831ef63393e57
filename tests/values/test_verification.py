"""Stored values are proven against the log, and every alteration is named."""

from datetime import timedelta

import pytest

from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.infrastructure.values.faults import BatchFault
from featuretrail.infrastructure.values.verification import verify_batches
from tests.values.store import DAY, WEATHER, Values, hours, weather


def faults(values: Values) -> list[BatchFault]:
    return list(verify_batches(values.database, values.registry.current()))


@pytest.fixture
def filled(values: Values) -> Values:
    """Three batches of values, one of no rows, and a retraction."""
    values.ingest("weather", weather(4, temp=[-0.0, float("nan"), None, 1.0]))
    values.ingest("weather", {n: weather(2)[n] for n in ("origin", "station", "event_time", "sky")},
                  partial=True)  # fmt: skip
    values.retract("weather", {"origin": "EWR", "station": 1}, DAY + timedelta(hours=2))
    values.ingest("weather", {name: [] for name in weather(0)})
    values.ingest("weather", weather(2, origin=["ÿ", "a"], event_time=hours(1, 1)))
    return values


@pytest.mark.tiers("embedded", "apache", "community")
def test_untouched_values_hold(filled: Values) -> None:
    assert faults(filled) == []


@pytest.mark.tiers("embedded", "apache", "community")
def test_values_hold_after_the_group_was_widened(filled: Values) -> None:
    wider = [*WEATHER.features, Feature("dew", "float64"), Feature("above", "text")]
    filled.register(FeatureGroup("weather", WEATHER.keys, wider))

    assert faults(filled) == []


def test_progress_ends_at_the_number_of_batches(filled: Values) -> None:
    seen: list[tuple[int, int]] = []

    list(
        verify_batches(
            filled.database,
            filled.registry.current(),
            progress=lambda done, total: seen.append((done, total)),
        )
    )

    assert seen[-1] == (5, 5)


TAMPERING = {
    "an altered number": (
        "UPDATE featuretrail_values.weather SET temp = 1.5 WHERE batch = 1 AND temp = 1.0",
        1, "its values were altered",
    ),
    "NULL instead of a value": (
        "UPDATE featuretrail_values.weather SET sky = NULL WHERE batch = 2",
        2, "its values were altered",
    ),
    "zero instead of NULL": (
        "UPDATE featuretrail_values.weather SET temp = 0 WHERE batch = 1 AND temp IS NULL",
        1, "its values were altered",
    ),
    "an altered key": (
        "UPDATE featuretrail_values.weather SET origin = 'b' WHERE origin = 'a'",
        5, "its values were altered",
    ),
    "a moved event time": (
        ("UPDATE featuretrail_values.weather SET event_time = event_time + interval '1us' "
        "WHERE batch = 5 AND origin = 'a'"),
        5, "its values were altered",
    ),
    "a value in a column the batch did not write": (
        "UPDATE featuretrail_values.weather SET temp = 9 WHERE batch = 2",
        2, "'temp' holds values that the batch did not write",
    ),
    "a lost row": (
        "DELETE FROM featuretrail_values.weather WHERE batch = 5 AND origin = 'a'",
        5, "1 rows are stored, the event certifies 2",
    ),
    "a lost batch": (
        "DELETE FROM featuretrail_values.weather WHERE batch = 5", 5, "none of its 2 rows",
    ),
    "rows of an unknown batch": (
        "UPDATE featuretrail_values.weather SET batch = 99 WHERE batch = 5 AND origin = 'a'",
        99, "which no event certifies",
    ),
    "a row more": (
        ("INSERT INTO featuretrail_values.weather (origin, station, event_time, batch) "
        "VALUES ('EWR', 2, '2013-01-01 00:00Z', 2)"),
        2, "3 rows are stored",
    ),
    "an altered retraction": (
        "UPDATE featuretrail_retracted.weather SET origin = 'JFK'",
        3, "its stored retractions are not the event's",
    ),
    "a lost retraction": ("DELETE FROM featuretrail_retracted.weather", 3, "retractions"),
    "a retraction more": (
        "INSERT INTO featuretrail_retracted.weather VALUES ('JFK', 1, '2013-01-01 00:00Z', 77)",
        77, "which no event certifies",
    ),
    "an altered digest in the table of batches": (
        "UPDATE featuretrail.batches SET digest = 'x' WHERE batch = 1", 1, "table of batches",
    ),
    "an altered time of record": (
        ("UPDATE featuretrail.batches SET recorded_at = recorded_at - interval '1 day' "
        "WHERE batch = 1"),
        1, "table of batches was altered",
    ),
    "a lost record": ("DELETE FROM featuretrail.batches WHERE batch = 4", 4, "has no row of it"),
}  # fmt: skip


@pytest.mark.tiers("embedded", "apache")
@pytest.mark.parametrize("case", TAMPERING)
def test_tampering_is_found_and_the_batch_is_named(filled: Values, case: str) -> None:
    statement, batch, reason = TAMPERING[case]
    with filled.database.connection() as connection:
        connection.execute(statement.encode())

    found = [fault for fault in faults(filled) if fault.batch == batch]

    assert found, "nothing was found"
    assert reason in found[0].reason


@pytest.mark.tiers("embedded", "apache", "community")
def test_a_tampered_table_of_batches_does_not_vouch_for_tampered_values(filled: Values) -> None:
    with filled.database.connection() as connection:
        connection.execute("DELETE FROM featuretrail_values.weather WHERE batch = 5")
        connection.execute("DELETE FROM featuretrail.batches WHERE batch = 5")

    assert {fault.batch for fault in faults(filled)} == {5}
