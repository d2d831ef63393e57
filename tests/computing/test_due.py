"""Which rows a run computes, and which of them it writes."""

from datetime import timedelta

import pytest

import featuretrail as ft
from featuretrail.domain.events import ValuesIngested
from tests.computing.readings import (
    HOUR,
    KEYS,
    computed,
    defined,
    double,
    hour,
    mean_2h,
    number,
    readings,
    table,
    total,
    values,
)

TIERS = pytest.mark.tiers("embedded", "apache", "community")
NOTHING = timedelta(0)


@TIERS
def test_only_what_changed_since_the_last_run_is_computed_and_written(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("mean_2h", mean_2h))
    store.ingest("readings", table(*((1, at, float(at)) for at in range(10))))

    first = store.compute("derived")
    again = store.compute("derived")
    store.ingest("readings", table((1, 10, 10.0)))
    appended = store.compute("derived")
    store.ingest("readings", table((1, 6, 60.0)))
    late = store.compute("derived")

    rows = [(r.features[0].rows, r.features[0].written) for r in (first, again, appended, late)]
    assert rows == [(10, 10), (0, 0), (1, 1), (5, 3)]
    assert (late.features[0].first, late.features[0].last) == (hour(6), hour(10))
    assert again.position == first.position
    assert values(store, "derived.mean_2h", (1, 5), (1, 6), (1, 8), (1, 9)) == [
        4.0,
        23.0,
        25.0,
        8.0,
    ]
    assert store.audit.verify().ok


def test_a_window_is_computed_again_and_nothing_is_written_twice(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("mean_2h", mean_2h))
    store.ingest("readings", table(*((1, at, float(at)) for at in range(10))))
    store.compute("derived")
    before = store.position

    report = store.compute("derived", hour(3), hour(6))

    [feature] = report.features
    assert (feature.rows, feature.written, feature.first, feature.last) == (3, 0, hour(3), hour(5))
    assert store.position == before


def test_what_a_window_leaves_out_stays_due(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("mean_2h", mean_2h))
    store.ingest("readings", table(*((1, at, float(at)) for at in range(10))))

    middle = store.compute("derived", hour(3), hour(6)).features[0]
    early = store.compute("derived", until=hour(5)).features[0]
    rest = store.compute("derived").features[0]

    assert (middle.rows, middle.due) == (3, hour(0))
    assert (early.rows, early.written, early.due) == (5, 3, hour(5))
    assert (rest.rows, rest.written, rest.due) == (5, 4, None)
    assert values(store, "derived.mean_2h", (1, 2), (1, 9)) == [1.0, 8.0]


def test_sources_are_read_as_of_each_row_with_ttl_and_retractions(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    rule = ft.sql_rule(
        "coalesce(left_level, 0) + 100 * coalesce(right_level, 0)",
        ["lefts.left_level", "rights.right_level"],
        history=NOTHING,
    )
    lefts = ft.FeatureGroup("lefts", KEYS, [ft.Feature("left_level", "float64")], ttl=2 * HOUR)
    rights = ft.FeatureGroup("rights", KEYS, [ft.Feature("right_level", "float64")])
    store.register(lefts, rights, computed("both", number("joined", rule)))
    for group, rows in (
        ("lefts", [(1, 0, 1.0), (1, 4, 2.0)]),
        ("rights", [(1, 1, 3.0), (1, 3, 4.0)]),
    ):
        given = table(*rows).select(["sensor", "event_time", "level"])
        store.ingest(group, given.rename_columns(["sensor", "event_time", f"{group[:-1]}_level"]))
    store.retract("rights", {"sensor": 1}, hour(3), "broken")

    store.compute("both")

    asked = [(1, at) for at in range(5)]
    assert values(store, "both.joined", *asked) == [1.0, 301.0, 301.0, 0.0, 2.0]


def test_a_retraction_of_a_parent_makes_its_rows_due(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0), (1, 2, 2.0), (2, 2, 5.0)))
    store.compute("derived")

    store.retract("readings", {"sensor": 1}, hour(2), "wrong")
    [feature] = store.compute("derived").features

    assert (feature.rows, feature.written) == (2, 1)
    assert values(store, "derived.two", (1, 1), (1, 2), (2, 2)) == [2.0, None, 10.0]


def test_a_retraction_between_rows_ends_what_was_computed_before_it(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0), (1, 4, 2.0)))
    store.compute("derived")

    store.retract("readings", {"sensor": 1}, hour(3), "nothing is known since")
    store.compute("derived")

    asked = ((1, 2), (1, 3), (1, 4))
    assert values(store, "readings.level", *asked) == [1.0, None, None]
    assert values(store, "derived.two", *asked) == [2.0, None, None]
    assert store.compute("derived", hour(0)).written == 0


def test_what_was_known_before_is_still_what_was_known(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0)))
    then = store.compute("derived").position
    store.ingest("readings", table((1, 1, 7.0)))
    store.compute("derived")

    assert values(store, "derived.two", (1, 1)) == [14.0]
    assert values(store, "derived.two", (1, 1), known_at=then) == [2.0]


def test_a_new_version_is_computed_from_the_start_and_writes_what_differs(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0), (1, 2, -2.0)))
    store.compute("derived")
    faster = ft.sql_rule("level + level", ["readings.level"], history=NOTHING)
    store.register(computed("derived", number("two", faster, "1.1.0")))
    same = store.compute("derived").features[0]
    other = ft.sql_rule("abs(2 * level)", ["readings.level"], history=NOTHING)
    store.register(computed("derived", number("two", other, "2.0.0")))
    major = store.compute("derived").features[0]

    assert (same.feature, same.rows, same.written, same.due) == ("derived.two@1.1.0", 2, 0, None)
    assert (major.feature, major.written) == ("derived.two@2.0.0", 2)
    assert values(store, "derived.two", (1, 2)) == [4.0]
    assert values(store, "derived.two@1.0.0", (1, 2)) == [-4.0]
    store.ingest("readings", table((1, 3, -5.0)))
    store.compute("derived.two@1.0.0")
    assert values(store, "derived.two@1.1.0", (1, 3)) == [-10.0]
    assert store.compute("derived.two@1.1.0").written == 0


def test_no_rows_are_no_work(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()), number("total", total))
    before = store.position

    assert store.compute("derived").written == 0
    store.ingest("readings", table())
    assert store.compute("derived").written == 0
    assert store.compute("derived", hour(0)).written == 0
    assert store.position == before + 1


def test_the_log_says_how_far_each_batch_took_in_its_parents(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("two", double()))
    position = store.ingest("readings", table((1, 1, 1.0), (1, 5, 1.0))).position

    first = store.compute("derived", until=hour(5)).features[0].position
    second = store.compute("derived").features[0].position

    events = {entry.position: entry for entry in store.audit.log(limit=None)}
    assert first is not None
    assert second is not None
    sources = [events[p].to_dict() for p in (first, second)]
    assert f"parents@{position} due@2025-03-01T05:00:00+00:00" in str(sources[0])
    assert "due@" not in str(sources[1])
    assert events[first].topic == ValuesIngested.TOPIC


def test_what_retention_removed_is_not_computed_any_more(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    kept = readings(retention=timedelta(days=1), version="1.0.0")
    store.register(kept, computed("derived", number("mean_2h", mean_2h)))
    store.register(computed("endless", number("total", total)))
    store.ingest("readings", table(*((1, at, float(at)) for at in range(48))))
    store.maintain()
    horizon = next(e for e in store.audit.log(limit=None) if e.topic.endswith("removed"))
    assert horizon is not None

    with pytest.raises(ft.RetentionError, match="read all of its history"):
        store.compute("endless")
    with pytest.raises(ft.RetentionError, match="can be computed from"):
        store.compute("derived", hour(0))
    assert store.compute("derived").features[0].due is None
