"""Places that hold rows of a person beside the group: computed values, parked messages, the log."""

import pyarrow as pa
import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.erasing.people import DAY, PEOPLE, START, fill, spine, visits

pytestmark = pytest.mark.parametrize("artifacts", ["database"], indirect=True)

BEN = {"person": ["ben", "ben"], "shop": [1, 2]}
DOUBLED = ft.FeatureGroup(
    "doubled",
    {"person": "text", "shop": "int64"},
    [ft.Feature("twice", "float64", rule=ft.sql_rule("2 * spent", ["people.spent"]))],
)
OTHER = ft.FeatureGroup(
    "other", {"person": "text", "shop": "int64", "till": "int64"}, [ft.Feature("x", "float64")]
)


def test_snapshots_with_the_same_content_all_lose_the_rows(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    fill(store)
    again = store.create_feature_snapshot("training", spine(3), split=ft.Split(seed=3))
    assert again.digest == store.get_feature_snapshot("training@1.0.0").info.digest

    done = store.erase("people", BEN, "request 4711")

    assert [each.snapshot_id for each in done.snapshots] == ["training@1.0.0", again.snapshot_id]
    for name in ("training@1.0.0", again.snapshot_id):
        assert "ben" not in store.get_feature_snapshot(name).to_arrow()["person"].to_pylist()
        assert store.verify_snapshot(name).left_ok
    assert not store.erase("people", BEN, "request 4711").found


def test_what_was_computed_is_told_and_goes_with_cascade(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(PEOPLE, DOUBLED, OTHER, ft.FeatureSet("twice", ["doubled.twice"]))
    store.ingest("people", visits(2), partial=True)
    store.compute("doubled")
    tills = visits(1).drop_columns(["spent", "mood"])
    zeros = pa.array([0] * tills.num_rows)
    store.ingest(
        "other", tills.append_column("till", zeros).append_column("x", zeros.cast(pa.float64()))
    )
    frozen = visits(2).select(["person", "shop", "event_time"])
    store.create_feature_snapshot("twice", frozen)

    first = store.erase("people", BEN, "request 4711")
    held = {(each.group, each.rows, each.derived) for each in first.still_held}
    assert held == {("doubled", 4, True), ("other", 2, False)}
    assert first.snapshots == ()

    rest = store.erase("people", BEN, "request 4711", cascade=True)
    assert (rest.groups, rest.values) == (("doubled", "people"), 4)
    assert [each.snapshot_id for each in rest.snapshots] == ["twice@1.0.0"]
    assert [(each.group, each.rows) for each in rest.still_held] == [("other", 2)]
    assert store.audit.verify().faults == ()
    store.compute("doubled")  # what is gone is not computed again
    assert not store.erase("doubled", BEN, "request 4711").found


def test_a_served_batch_that_two_groups_take_rows_from_is_no_fault(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(PEOPLE, DOUBLED)
    store.ingest("people", visits(2), partial=True)
    store.compute("doubled")
    for features in (["people.spent"], ["doubled.twice"], ["doubled.twice", "people.spent"]):
        store.get_online_features(features, {"person": ["ada", "ben"], "shop": [2, 2]})
    store.served.flush()

    done = store.erase("people", BEN, "request 4711", cascade=True)

    assert done.served == 3
    assert store.audit.verify().faults == ()


def test_parked_messages_of_the_person_go_and_unreadable_ones_are_counted(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(PEOPLE)
    messages: list[bytes] = [
        b'{"person": "ben", "shop": 1, "event_time": "soon"}',
        b'{"person": "ben", "shop": 12, "event_time": "soon"}',
        b'{"person": "ada", "shop": 1, "event_time": "soon"}',
        b"ben;1;half a line",
        b"benno;1;half a line",
        b"\xff\xfe",
    ]
    with store.stream("people", source="tills") as writer:
        writer.put(messages, offset=list(range(1, 7)))

    done = store.erase("people", {"person": "ben", "shop": 1}, "request 4711")

    assert (done.parked, done.unread_messages, done.unknown) == (2, 2, 1)
    assert [each.offset for each in store.streams.parked()] == ["2", "3", "5", "6"]
    assert done.position == store.position
    assert store.audit.verify().faults == ()


def test_the_event_of_online_rows_made_again_is_told(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    fill(store)
    with database.connect() as connection:
        connection.execute("UPDATE featuretrail_online.people SET spent = spent + 1")
    store.validate_feature_consistency("training@1.0.0", "streaming", auto_fix=True)
    [refreshed] = store.audit.log(topic="featuretrail.online.refreshed")

    told = store.erase("people", BEN, "request 4711", dry_run=True)

    assert refreshed.position in told.in_log


def test_what_an_interrupted_move_to_a_hypertable_copied_goes_too(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.register(PEOPLE)
    store.ingest("people", visits(2), partial=True)
    with database.connect() as connection:
        connection.execute("CREATE SCHEMA featuretrail_moving")
        connection.execute(
            "CREATE TABLE featuretrail_moving.people AS SELECT * FROM featuretrail_values.people"
        )

    store.erase("people", BEN, "request 4711")

    with database.connect() as connection:
        copied = connection.execute("SELECT DISTINCT person FROM featuretrail_moving.people")
        assert sorted(copied.fetchall()) == [("ada",), ("cleo",)]


def test_what_retention_removed_and_what_was_erased_of_one_batch_are_both_known(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    kept = ft.FeatureGroup("people", PEOPLE.keys, PEOPLE.features, retention=30 * DAY)
    store.register(kept)
    store.ingest("people", visits(5), partial=True)
    store.erase("people", {"person": "ada", "shop": 1}, "request 4710")
    store.maintain()
    assert store.audit.verify().faults == ()

    store.erase("people", BEN, "request 4711")

    assert store.audit.verify().faults == ()
    asked = visits(1, since=START + 900 * DAY).select(["person", "shop", "event_time"])
    spent = store.get_historical_features(asked, ["people.spent"])["spent"].to_pylist()
    assert [value is None for value in spent] == [True, False, True, True, False, False]


def test_the_read_side_after_an_erasure_equals_its_rebuild(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    fill(store)
    store.projections.catch_up()
    store.erase("people", BEN, "request 4711")
    store.projections.catch_up()

    assert store.projections.verify().verification.ok  # type: ignore[union-attr]
    with database.connect() as connection:
        [row] = connection.execute(
            "SELECT data_points_count, consistency_hash FROM featuretrail.feature_snapshot_versions"
        ).fetchall()
    assert row == (12, store.get_feature_snapshot("training@1.0.0").info.digest)
