"""Retractions are events that hide values; they never remove one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from featuretrail.domain.errors import IdempotencyError, InvalidInputError, NaiveTimeError
from tests.values.store import DAY, Values, hours, weather

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

EWR = {"origin": "EWR", "station": 1}


def test_a_retraction_keeps_the_values_and_leaves_a_tombstone_online(values: Values) -> None:
    values.ingest("weather", weather(3))

    receipt = values.retract("weather", EWR, DAY + timedelta(hours=1))

    assert (receipt.rows, receipt.batch, receipt.digest) == (1, 2, "")
    assert len(values.values()) == 3
    [hidden] = values.retracted()
    assert (hidden["from_event_time"], hidden["batch"]) == (DAY + timedelta(hours=1), 2)
    [tombstone] = values.online()
    assert (tombstone["layout"], tombstone["batch"], tombstone["temp"]) == (0, 2, None)
    assert [(b["kind"], b["layout"], b["columns"]) for b in values.batches()][1] == (
        "retraction", 0, [],
    )  # fmt: skip


def test_older_newest_rows_stay_beside_the_tombstone(values: Values) -> None:
    values.ingest("weather", weather(1, event_time=hours(1)))
    values.retract("weather", EWR, DAY + timedelta(hours=2))

    assert [(row["layout"], row["batch"]) for row in values.online()] == [(0, 2), (1, 1)]


def test_values_after_a_retraction_go_online_again(values: Values) -> None:
    values.ingest("weather", weather(1))
    values.retract("weather", EWR, DAY)
    values.ingest("weather", weather(1, temp=[7.0]))

    assert [(row["layout"], row["temp"]) for row in values.online()] == [(0, None), (1, 7.0)]


def test_the_greatest_tombstone_stays(values: Values) -> None:
    for hour in (2, 5, 3):
        values.retract("weather", EWR, DAY + timedelta(hours=hour))

    [tombstone] = values.online()
    assert (tombstone["event_time"], tombstone["batch"]) == (DAY + timedelta(hours=5), 2)
    assert len(values.retracted()) == 3


@pytest.mark.parametrize(
    "keys",
    [
        {"origin": ["JFK", "EWR", "JFK"], "station": [1, 2, 1]},
        [{"origin": "JFK", "station": 1}, {"origin": "EWR", "station": 2}],
    ],
)
def test_many_entities_are_retracted_once_each_in_canonical_order(
    values: Values, keys: Any
) -> None:
    receipt = values.retract("weather", keys, DAY)

    [recorded] = values.log.read(after=receipt.position - 1)
    assert recorded.event.model_dump()["keys"] == [
        {"origin": "EWR", "station": 2},
        {"origin": "JFK", "station": 1},
    ]
    assert receipt.rows == 2


@pytest.mark.parametrize(
    ("keys", "moment", "kind", "message"),
    [
        ({"origin": "EWR"}, DAY, InvalidInputError, "lack 'station'"),
        ({**EWR, "statoin": 1}, DAY, InvalidInputError, "did you mean 'station'"),
        ({"origin": None, "station": 1}, DAY, InvalidInputError, "'origin' is NULL"),
        ({"origin": 7, "station": 1}, DAY, InvalidInputError, "must be text"),
        ({"origin": "EWR", "station": 1.0}, DAY, InvalidInputError, "must be int64"),
        ({"origin": "y" * 2501, "station": 1}, DAY, InvalidInputError, "2500 bytes"),
        ({"origin": [], "station": []}, DAY, InvalidInputError, "at least one entity"),
        (EWR, datetime(2013, 1, 1), NaiveTimeError, "from_event_time"),  # noqa: DTZ001
        (EWR, "2013-01-01", InvalidInputError, "datetime with a time zone"),
        (EWR, datetime(1, 1, 1, tzinfo=UTC), InvalidInputError, "1678-01-01"),
        (EWR, datetime(9999, 1, 1, tzinfo=UTC), InvalidInputError, "after the server's clock"),
    ],
)
@pytest.mark.tiers("embedded")
def test_bad_retractions_are_refused_and_nothing_is_written(
    values: Values, keys: Any, moment: Any, kind: type[Exception], message: str
) -> None:
    values.ingest("weather", weather())
    before = values.counts()

    with pytest.raises(kind, match=message):
        values.retract("weather", keys, moment)

    assert values.counts() == before


def test_a_repeated_retraction_returns_the_first_receipt(values: Values) -> None:
    first = values.retract("weather", EWR, DAY, idempotency_key="once")
    before = values.counts()

    again = values.retract("weather", [EWR], DAY, idempotency_key="once")

    assert again.repeated
    assert (again.batch, again.position, again.rows) == (first.batch, first.position, 1)
    assert values.counts() == before


def test_an_idempotency_key_serves_one_request(values: Values) -> None:
    values.retract("weather", EWR, DAY, idempotency_key="once")
    values.ingest("weather", weather(), idempotency_key="values")

    with pytest.raises(IdempotencyError, match="other keys or another time"):
        values.retract("weather", EWR, DAY + timedelta(1), idempotency_key="once")
    with pytest.raises(IdempotencyError, match="is a retraction"):
        values.ingest("weather", weather(), idempotency_key="once")
    with pytest.raises(IdempotencyError, match="holds values"):
        values.retract("weather", EWR, DAY, idempotency_key="values")


def test_numbers_of_numpy_are_keys(values: Values) -> None:
    receipt = values.retract("weather", {"origin": np.str_("EWR"), "station": np.int64(1)}, DAY)

    [recorded] = values.log.read(after=receipt.position - 1)
    assert recorded.event.model_dump()["keys"] == [{"origin": "EWR", "station": 1}]
