"""Ingestion stores a batch, its event and its newest rows together, or nothing."""

import math
from datetime import timedelta

import pytest

from tests.values.store import DAY, Values, hours, weather

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


def test_a_batch_is_stored_with_its_event_its_record_and_its_receipt(values: Values) -> None:
    receipt = values.ingest("weather", weather(3), source="airport")

    assert (receipt.group, receipt.rows, receipt.batch, receipt.repeated) == (
        "weather",
        3,
        1,
        False,
    )
    assert [row["temp"] for row in values.values()] == [20.5, 21.5, 22.5]
    assert {row["batch"] for row in values.values()} == {1}
    [recorded] = values.log.read(after=receipt.position - 1)
    event = recorded.event.model_dump(mode="json")
    assert event["digest"] == receipt.digest
    assert event["columns"] == dict.fromkeys(["gusts", "rain", "sky", "sunrise", "temp"], "1.0.0")
    assert event["source"] == "airport"
    [batch] = values.batches()
    assert batch["position"] == receipt.position
    assert batch["recorded_at"] == recorded.recorded_at
    assert batch["columns"] == ["gusts", "rain", "sky", "sunrise", "temp"]
    assert (batch["first_event_time"], batch["last_event_time"]) == (DAY, DAY + timedelta(hours=2))


def test_every_type_comes_back_as_it_went_in_with_nulls_nan_and_extremes(values: Values) -> None:
    given = weather(
        3,
        temp=[math.inf, math.nan, None],
        gusts=[-(2**63), 2**63 - 1, None],
        rain=[True, None, False],
        sky=["größe 🌦", "", None],
        sunrise=[DAY, None, DAY + timedelta(microseconds=1)],
    )

    values.ingest("weather", given)

    stored = values.values()
    assert stored[0]["temp"] == math.inf
    assert math.isnan(stored[1]["temp"])
    assert stored[2]["temp"] is None
    for name in ("gusts", "rain", "sky", "sunrise"):
        assert [row[name] for row in stored] == given[name]


def test_an_older_event_time_never_replaces_a_newer_one_online(values: Values) -> None:
    values.ingest("weather", weather(1, event_time=hours(5), temp=[5.0]))
    values.ingest("weather", weather(1, event_time=hours(3), temp=[3.0]))

    [newest] = values.online()

    assert (newest["temp"], newest["batch"], newest["layout"]) == (5.0, 1, 1)


def test_the_later_batch_wins_online_at_the_same_event_time(values: Values) -> None:
    values.ingest("weather", weather(1, temp=[1.0]))
    values.ingest("weather", weather(1, temp=[2.0]))

    [newest] = values.online()

    assert (newest["temp"], newest["batch"]) == (2.0, 2)


def test_only_the_newest_row_of_each_entity_goes_online(values: Values) -> None:
    origins = ["JFK", "EWR", "JFK", "EWR"]
    values.ingest(
        "weather",
        weather(4, origin=origins, event_time=hours(9, 1, 2, 8), temp=[9.0, 1.0, 2.0, 8.0]),
    )

    assert [(row["origin"], row["temp"]) for row in values.online()] == [("EWR", 8.0), ("JFK", 9.0)]


def test_partial_batches_have_layouts_of_their_own(values: Values) -> None:
    def some(*names: str) -> dict[str, object]:
        return {name: weather(1)[name] for name in ("origin", "station", "event_time", *names)}

    values.ingest("weather", weather(1))
    values.ingest("weather", some("temp"), partial=True)
    values.ingest("weather", some("sky"), partial=True)
    values.ingest("weather", some("temp"), partial=True)

    assert [batch["layout"] for batch in values.batches()] == [1, 2, 3, 2]
    assert [(row["layout"], row["batch"]) for row in values.online()] == [(1, 1), (2, 4), (3, 3)]


def test_an_empty_table_is_a_batch_of_no_rows(values: Values) -> None:
    receipt = values.ingest("weather", {name: [] for name in weather(0)}, idempotency_key="none")
    again = values.ingest("weather", {name: [] for name in weather(0)}, idempotency_key="none")

    assert (receipt.rows, receipt.batch, again.repeated) == (0, 1, True)
    assert values.values() == []
    [batch] = values.batches()
    assert (batch["rows"], batch["first_event_time"]) == (0, None)


def test_the_digest_does_not_depend_on_the_order_of_rows_or_columns(values: Values) -> None:
    given = weather(4)
    turned = {name: list(reversed(given[name])) for name in reversed(list(given))}

    first = values.ingest("weather", given)
    second = values.ingest("weather", turned)

    assert first.digest == second.digest
