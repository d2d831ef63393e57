"""What users of other feature stores ran into: each a test that ours does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

import featuretrail as ft

pytestmark = pytest.mark.tiers("embedded", "apache")

T = datetime(2024, 5, 1, tzinfo=UTC)
WAYS = pytest.mark.parametrize("method", ["sql", "pull"])


def hours(number: float) -> datetime:
    return T + timedelta(hours=number)


def group(ttl: timedelta | None = timedelta(hours=6), version: str = "1.0.0") -> ft.FeatureGroup:
    return ft.FeatureGroup(
        "visits",
        keys={"shop": "int64", "day": "int64"},
        ttl=ttl,
        version=version,
        features=[ft.Feature("count", "int64")],
    )


@pytest.fixture
def visits(store: ft.TimescaleDBFeatureStore) -> ft.TimescaleDBFeatureStore:
    store.register(group())
    return store


def put(store: ft.TimescaleDBFeatureStore, *rows: tuple[int, int, float, int | None]) -> ft.Receipt:
    shops, days, times, counts = zip(*rows, strict=True)
    return store.ingest(
        "visits",
        {
            "shop": list(shops),
            "day": list(days),
            "event_time": [hours(n) for n in times],
            "count": pa.array(counts, pa.int64()),
        },
    )


def ask(
    store: ft.TimescaleDBFeatureStore, *rows: tuple[int, int, float], **more: Any
) -> list[int | None]:
    shops, days, times = zip(*rows, strict=True)
    spine = {"shop": list(shops), "day": list(days), "event_time": [hours(n) for n in times]}
    table = store.get_historical_features(spine, ["visits.count"], **more)
    assert table.num_rows == len(rows)
    counts: list[int | None] = table["count"].to_pylist()
    return counts


@WAYS
def test_a_correction_of_the_same_event_time_gives_one_row_and_the_later_value(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    put(visits, (1, 1, 0, 10))
    put(visits, (1, 1, 0, 11))
    assert ask(visits, (1, 1, 1), method=method) == [11]


@WAYS
def test_keys_that_are_alike_when_joined_as_text_stay_two_entities(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    put(visits, (1, 12, 0, 1), (11, 2, 0, 2))
    assert ask(visits, (11, 2, 1), (1, 12, 1), method=method) == [2, 1]


@WAYS
def test_only_the_last_of_all_earlier_rows_is_joined(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    put(visits, *((1, 1, n / 10, n) for n in range(20)))
    assert ask(visits, (1, 1, 5), method=method) == [19]


@WAYS
def test_equal_spine_rows_give_equal_rows_in_the_given_order(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    put(visits, (1, 1, 0, 1), (2, 1, 0, 2))
    asked = [(2, 1, 1), (1, 1, 1), (2, 1, 1), (9, 9, 1), (2, 1, 1)]
    assert ask(visits, *asked, method=method) == [2, 1, 2, None, 2]


@WAYS
def test_late_data_does_not_change_what_was_known_at_a_position(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    known = put(visits, (1, 1, 0, 1)).position
    put(visits, (1, 1, 0.5, 2))
    assert ask(visits, (1, 1, 1), known_at=known, method=method) == [1]
    assert ask(visits, (1, 1, 1), method=method) == [2]


@WAYS
def test_a_backfill_is_invisible_to_rows_of_the_time_before_it(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    put(visits, (1, 1, 0, 1))
    assert ask(visits, (1, 1, 1), knowledge="row", method=method) == [None]


@WAYS
def test_a_changed_ttl_does_not_change_what_an_old_position_answers(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    known = put(visits, (1, 1, 0, 1)).position
    visits.register(group(timedelta(hours=1), "2.0.0"))
    assert ask(visits, (1, 1, 2), method=method) == [None]
    assert ask(visits, (1, 1, 2), known_at=known, method=method) == [1]


@WAYS
def test_a_pinned_version_is_read_from_its_own_column(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    put(visits, (1, 1, 0, 1))
    again = ft.Feature("count", "float64", version="2.0.0")
    visits.register(ft.FeatureGroup("visits", group().keys, [again], ttl=group().ttl))
    row = {"shop": [1], "day": [1], "event_time": [hours(1)], "count": [7.5]}
    visits.ingest("visits", row)
    spine = {"shop": [1], "day": [1], "event_time": [hours(2)]}
    for reference, value in (
        ("visits.count@1.0.0", 1), ("visits.count@2.0.0", 7.5), ("visits.count", 7.5),
    ):  # fmt: skip
        table = visits.get_historical_features(spine, [reference], method=method)
        assert table["count"].to_pylist() == [value]


@WAYS
def test_the_ttl_includes_its_last_moment(visits: ft.TimescaleDBFeatureStore, method: str) -> None:
    put(visits, (1, 1, 0, 1))
    assert ask(visits, (1, 1, 6), (1, 1, 6.001), method=method) == [1, None]


@WAYS
def test_the_output_tells_each_value_s_own_event_time(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    put(visits, (1, 1, 0.25, 1))
    spine = {"shop": [1, 2], "day": [1, 1], "event_time": [hours(1), hours(1)]}
    table = visits.get_historical_features(spine, ["visits.count"], event_time=True, method=method)
    assert table["count__event_time"].to_pylist() == [hours(0.25), None]


@WAYS
def test_a_null_is_an_answer_and_hides_the_value_before_it(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    put(visits, (1, 1, 0, 1), (1, 1, 0.5, None))
    assert ask(visits, (1, 1, 1), method=method) == [None]


@WAYS
def test_two_groups_that_share_a_name_keep_both_columns_apart(
    visits: ft.TimescaleDBFeatureStore, method: str
) -> None:
    other = ft.FeatureGroup("calls", {"shop": "int64"}, [ft.Feature("count", "int64")])
    visits.register(other)
    visits.ingest("calls", {"shop": [1], "event_time": [hours(0)], "count": [5]})
    put(visits, (1, 1, 0, 1))
    spine = {"shop": [1], "day": [1], "event_time": [hours(1)], "label": ["yes"]}
    table = visits.get_historical_features(spine, ["visits.count", "calls.count"], method=method)
    assert table.select(["visits__count", "calls__count", "label"]).to_pylist() == [
        {"visits__count": 1, "calls__count": 5, "label": "yes"}
    ]
