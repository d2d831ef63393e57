"""Outcomes: stored once, with what they judge, and found by training data as labels."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.infrastructure.outcomes.reading import OutcomeReader
from tests.engines.database import Database
from tests.outcomes.conftest import LANDINGS, departed, flights, landed

pytestmark = pytest.mark.tiers("embedded", "apache")

LABEL = "flights.arr_delay"
FIRST = "delays@1.0.0"


def labels(store: ft.TimescaleDBFeatureStore, name: str = "delays") -> list[float | None]:
    frozen = store.create_feature_snapshot(name, flights())
    column: list[float | None] = (
        store.get_feature_snapshot(frozen.snapshot_id).to_arrow()["arr_delay"].to_pylist()
    )
    return column


@pytest.mark.tiers("embedded", "apache", "community")
def test_outcomes_of_a_snapshot_become_its_next_labels(store: ft.TimescaleDBFeatureStore) -> None:
    seen = landed(5.0, float("nan"), -3.5).append_column(
        "weather.temp", pa.array([60.0, None, 62.0])
    )
    receipt = store.record_outcomes(LABEL, seen, snapshot=FIRST, source="tracker", reason="day 1")

    assert (receipt.rows, receipt.judged, receipt.served, receipt.late) == (3, 3, 0, 0)
    assert (receipt.values_batch, receipt.position) == (1, store.position)
    new = labels(store)
    assert new[0::2] == [5.0, -3.5]
    assert str(new[1]) == "nan"
    assert new[3] is None

    rows = store.outcomes.rows(LABEL, snapshot=FIRST)
    assert rows["value"].to_pylist()[0::2] == [5.0, -3.5]
    assert rows["weather.temp"].to_pylist() == [60.0, None, 62.0]
    assert rows["judged_time"].to_pylist() == [departed(0), departed(0), departed(1)]
    coverage = store.outcomes.coverage(FIRST)
    [covered] = coverage.labels
    assert (coverage.rows, covered.with_outcome, covered.after_freeze) == (4, 3, 3)
    assert coverage.to_dict()["labels"][0]["share"] == 0.75
    assert store.outcomes.coverage("delays@1.1.0").labels == ()
    assert store.audit.verify().faults == ()


def test_the_same_again_is_counted_and_another_value_follows_the_policy(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.record_outcomes(LABEL, landed(1.0, 2.0), snapshot=FIRST)
    again = store.record_outcomes(LABEL, landed(1.0, 2.0), snapshot=FIRST)
    assert (again.rows, again.repeated, again.position) == (0, 2, None)
    head = store.position

    with pytest.raises(ft.OutcomeConflictError, match=r"row 1, \(JFK\) .*: 9.0 is given, 2.0") as e:
        store.record_outcomes(LABEL, landed(1.0, 9.0, 3.0), snapshot=FIRST)
    assert (e.value.count, store.position) == (1, head)

    kept = store.record_outcomes(LABEL, landed(1.0, 9.0, 3.0), snapshot=FIRST, on_conflict="keep")
    assert (kept.rows, kept.repeated, kept.kept) == (1, 1, 1)
    assert labels(store) == [1.0, 2.0, 3.0, None]

    new = store.record_outcomes(LABEL, landed(1.0, 9.0), snapshot=FIRST, on_conflict="replace")
    assert (new.rows, new.repeated, new.replaced, new.late) == (1, 1, 1, 1)
    assert labels(store) == [1.0, 9.0, 3.0, None]
    assert store.outcomes.rows(LABEL)["value"].to_pylist() == [1.0, 2.0, 3.0, 9.0]
    held = OutcomeReader(store._database).of_snapshot(FIRST)  # as checks read them
    assert sorted(held["value"].to_pylist()) == [1.0, 3.0, 9.0]
    [covered] = store.outcomes.coverage(FIRST).labels
    assert (covered.with_outcome, covered.replaced, covered.late) == (3, 1, 1)
    assert store.record_outcomes(LABEL, landed(1.0, 9.0), snapshot=FIRST).repeated == 2
    with pytest.raises(ft.InvalidInputError, match="with the same keys and event time"):
        store.record_outcomes(LABEL, landed(8.0, hours=0.75), snapshot=FIRST, on_conflict="replace")
    assert store.audit.verify().faults == ()


def test_outcomes_judge_what_was_served(store: ft.TimescaleDBFeatureStore) -> None:
    answer = store.get_online_features("weather.temp", {"origin": ["EWR", "JFK"]}, served_id=True)
    ids = answer["served_id"].to_pylist()
    given = landed(4.0, 5.0).drop_columns(["judged_time"])
    given = given.append_column("served_id", pa.array(ids))

    receipt = store.record_outcomes(LABEL, given)
    assert (receipt.rows, receipt.served, receipt.judged) == (2, 2, 0)
    assert store.outcomes.rows(LABEL)["served_id"].to_pylist() == ids
    both = landed(4.0).append_column("served_id", pa.array(ids[:1]))
    assert store.record_outcomes(LABEL, both, snapshot=FIRST).values_batch is None
    later = given.set_column(1, "event_time", landed(4.0, 5.0, hours=0.75)["event_time"])
    assert store.record_outcomes(LABEL, later).repeated == 2

    node = ft.Node("outcome", LABEL, "1.0.0")
    assert {str(each) for each in store.lineage.graph().parents(node)} == {
        "feature flights.arr_delay@1.0.0",
        "feature weather.temp@1.0.0",
        "set delays@1.0.0",
        "snapshot delays@1.0.0",
    }
    store.track_feature_lineage("weather.temp", ["source noaa"])
    impact = store.lineage.impact("source noaa")
    assert [str(each.node) for each in impact.outcomes] == [str(node)]

    with pytest.raises(ft.InvalidInputError, match="row 0 is about origin 'JFK', but judges"):
        store.record_outcomes(
            LABEL, given.set_column(0, "origin", pa.array(["JFK", "JFK"])), on_conflict="keep"
        )
    unknown = given.set_column(3, "served_id", pa.array([ids[0], ids[0].replace("-7", "-6")]))
    with pytest.raises(ft.NotFoundError, match="no served row"):
        store.record_outcomes(LABEL, unknown)


def test_a_replaced_outcome_holds_for_every_snapshot_and_answer_it_judged(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    second = store.create_feature_snapshot("delays", flights()).snapshot_id
    answer = store.get_online_features("weather.temp", {"origin": ["EWR"]}, served_id=True)
    served = landed(1.0).drop_columns(["judged_time"])
    served = served.append_column("served_id", answer["served_id"])
    seen = landed(1.0).append_column("weather.temp", pa.array([60.0]))
    store.record_outcomes(LABEL, seen, snapshot=FIRST)
    store.record_outcomes(LABEL, seen, snapshot=second)
    store.record_outcomes(LABEL, served)

    store.record_outcomes(LABEL, landed(4.0), snapshot=FIRST, on_conflict="replace")

    for each in (FIRST, second):
        [held] = OutcomeReader(store._database).of_snapshot(each).to_pylist()
        assert (held["value"], held["replaced"], held["weather.temp"]) == (4.0, True, 60.0)
        assert store.outcomes.coverage(each).labels[0].replaced == 1
    assert store.record_outcomes(LABEL, landed(4.0), snapshot=second).repeated == 1
    for hours in (0.5, 0.75):  # also where the answer's outcome is said to have come later
        again = served.set_column(1, "event_time", landed(4.0, hours=hours)["event_time"])
        again = again.set_column(2, "arr_delay", pa.array([4.0]))
        assert store.record_outcomes(LABEL, again).repeated == 1
    with pytest.raises(ft.OutcomeConflictError, match=r"1\.0 is given, 4\.0 holds"):
        store.record_outcomes(LABEL, landed(1.0), snapshot=second)


def test_versions_of_a_label_live_side_by_side(store: ft.TimescaleDBFeatureStore) -> None:
    second = ft.Feature("arr_delay", "float64", "Minutes late, to the gate", version="2.0.0")
    store.record_outcomes(LABEL, landed(1.0, 2.0, 3.0, 4.0), snapshot=FIRST)
    store.register(
        ft.FeatureGroup("flights", keys=LANDINGS.keys, features=[second]),
        ft.FeatureSet("gate", ["weather.temp"], label=f"{LABEL}@2.0.0"),
        ft.FeatureSet("runway", ["weather.temp"], label=f"{LABEL}@1.0.0"),
    )
    other = landed(11.0, 12.0)
    receipt = store.record_outcomes(f"{LABEL}@2.0.0", other, snapshot=FIRST)

    assert (receipt.version, receipt.rows, receipt.late) == ("2.0.0", 2, 0)
    assert labels(store, "runway") == [1.0, 2.0, 3.0, 4.0]
    assert labels(store, "gate") == [11.0, 12.0, None, None]
    versions = [each.version for each in store.outcomes.coverage(FIRST).labels]
    assert versions == ["1.0.0", "2.0.0"]
    assert store.outcomes.rows(f"{LABEL}@2.0.0").num_rows == 2
    assert store.outcomes.rows(LABEL).num_rows == 6
    graph = store.lineage.graph()
    assert {n.version for n in graph.nodes if n.kind == "outcome"} == {"1.0.0", "2.0.0"}


def test_a_retry_finds_what_it_recorded(store: ft.TimescaleDBFeatureStore) -> None:
    first = store.record_outcomes(LABEL, landed(1.0), snapshot=FIRST, idempotency_key="monday")
    second = store.record_outcomes(LABEL, landed(1.0), snapshot=FIRST, idempotency_key="monday")
    assert (second.position, second.rows, second.retried) == (first.position, 1, True)
    with pytest.raises(ft.IdempotencyError, match="monday"):
        store.record_outcomes(LABEL, landed(2.0), snapshot=FIRST, idempotency_key="monday")


def test_two_recorders_of_the_same_outcomes_store_them_once(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    with ft.connect(database.url) as other, ThreadPoolExecutor(4) as threads:
        given = landed(1.0, 2.0, 3.0, 4.0)
        calls = [
            threads.submit(each.record_outcomes, LABEL, given, snapshot=FIRST)
            for each in (store, other, store, other)
        ]
        receipts = [call.result() for call in calls]
    assert sorted(each.rows for each in receipts) == [0, 0, 0, 4]
    assert sum(each.repeated for each in receipts) == 12
    assert store.outcomes.rows(LABEL).num_rows == 4


def test_what_was_altered_is_found_by_the_audit(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    seen = landed(1.0, 2.0).append_column("weather.temp", pa.array([60.0, 61.0]))
    store.record_outcomes(LABEL, seen, snapshot=FIRST)
    position = store.position
    with database.connect() as connection:
        for table in ("outcomes", "outcome_batches"):
            connection.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM featuretrail.{table}")
        for change, words in (
            ("outcomes SET value = '7'", "digest"),
            ("outcomes SET late = true", "digest"),
            ("outcomes SET seen = '{}'", "saw other features"),
            ("outcomes SET keys = '{}'", "cannot be read"),
            ("outcomes SET label = 'weather.temp'", "another label"),
            ("outcomes SET batch = '019a0000-0000-7000-8000-000000000000'", "by no event"),
            ("outcome_batches SET recorded_at = recorded_at - interval '1 s'", "table of batches"),
        ):
            connection.execute(f"UPDATE featuretrail.{change}")
            found = store.audit.verify(skip=["chain", "snapshots", "read-side"]).faults
            assert any(words in each.reason for each in found), change
            assert {each.position for each in found} <= {position, 0}
            for table in ("outcomes", "outcome_batches"):
                connection.execute(f"DELETE FROM featuretrail.{table}")
                connection.execute(f"INSERT INTO featuretrail.{table} SELECT * FROM kept_{table}")
    assert store.audit.verify().faults == ()


def test_what_cannot_be_an_outcome_is_refused_and_nothing_is_written(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    good = landed(1.0, 2.0)
    naive = pa.array([datetime(2025, 7, 1, 14)] * 2)  # noqa: DTZ001 - on purpose
    far = pa.array([datetime.max.replace(tzinfo=departed(0).tzinfo)] * 2)
    ahead = pa.array([datetime.now(departed(0).tzinfo) + timedelta(days=1)] * 2)
    wrong: list[tuple[pa.Table, type[Exception], str]] = [
        (good.drop_columns(["judged_time"]), ft.InvalidInputError, "one of the two is missing"),
        (landed(1.0, None), ft.InvalidInputError, "NULL; leave the row out .row 1"),
        (good.set_column(1, "event_time", naive), ft.NaiveTimeError, "event_time"),
        (good.set_column(1, "event_time", far), ft.InvalidInputError, "clock"),
        (good.set_column(1, "event_time", ahead), ft.InvalidInputError, "clock"),
        (good.set_column(0, "origin", pa.array([None, "EWR"])), ft.InvalidInputError, "NULL"),
        (good.set_column(0, "origin", pa.array([1, 2])), ft.InvalidInputError, "must be text"),
        (good.set_column(0, "origin", pa.array(["X", "Y"])), ft.InvalidInputError, "does not have"),
        (good.set_column(2, "arr_delay", pa.array(["1", "2"])), ft.InvalidInputError, "float64"),
        (good.drop_columns(["arr_delay"]), ft.InvalidInputError, "0 columns of flights.arr_delay"),
        (good.drop_columns(["origin"]), ft.InvalidInputError, "no column 'origin'"),
        (good.append_column("x", good["arr_delay"]), ft.NotFoundError, "column of outcomes"),
        (good.append_column("weather.x", good["arr_delay"]), ft.NotFoundError, "feature"),
        (good.append_column("weather.temp", pa.array(["a", "b"])), ft.InvalidInputError, "temp"),
        (good.append_column("served_id", pa.array(["a", "b"])), ft.InvalidInputError, "served_id"),
        (
            good.append_column("snapshot_id", pa.array([FIRST] * 2)),
            ft.InvalidInputError,
            "give one of them",
        ),
        (
            pa.concat_tables([landed(1.0), landed(2.0)]),
            ft.InvalidInputError,
            "rows 0 and 1 give two outcomes",
        ),
    ]
    head = store.position
    for data, error, words in wrong:
        with pytest.raises(error, match=words):
            store.record_outcomes(LABEL, data, snapshot=FIRST)
    unjudged = good.drop_columns(["judged_time"])
    with pytest.raises(ft.InvalidInputError, match="judges nothing"):
        store.record_outcomes(LABEL, unjudged)
    for snapshot in ("delays@9.0.0", "nothing@1.0.0"):
        with pytest.raises(ft.NotFoundError, match="snapshot"):
            store.record_outcomes(LABEL, good, snapshot=snapshot)
    with pytest.raises(ft.InvalidInputError, match="on_conflict"):
        store.record_outcomes(LABEL, good, snapshot=FIRST, on_conflict="last")  # type: ignore[arg-type]
    with pytest.raises(ft.NotFoundError, match="arr_dely"):
        store.record_outcomes("flights.arr_dely", good, snapshot=FIRST)
    assert store.record_outcomes(LABEL, good.slice(0, 0), snapshot=FIRST).rows == 0
    assert store.position == head
    assert store.outcomes.records() == []

    assert store.record_outcomes(LABEL, unjudged, unjudged=True).rows == 2
    assert store.record_outcomes(LABEL, good, snapshot=FIRST).rows == 2
    assert store.record_outcomes(LABEL, unjudged, unjudged=True).repeated == 2


def test_keys_named_as_other_columns_keep_their_values(store: ft.TimescaleDBFeatureStore) -> None:
    keys = {"value": "text", "position": "int64"}
    place = {"value": ["a", "b"], "position": [7, 8], "event_time": [departed(0)] * 2}
    later = [departed(1)] * 2
    store.register(
        ft.FeatureGroup("parts", keys=keys, features=[ft.Feature("heat", "float64", "Kelvin")]),
        ft.FeatureGroup("faults", keys=keys, features=[ft.Feature("late", "float64", "Minutes")]),
        ft.FeatureSet("wear", ["parts.heat"], label="faults.late"),
    )
    store.ingest("parts", pa.table({**place, "heat": [1.0, 2.0]}))
    store.create_feature_snapshot("wear", pa.table({**place, "late": [0.5, 0.7]}))
    told = {**place, "event_time": later, "judged_time": place["event_time"], "late": [0.5, 0.6]}
    seen = {"parts.heat": [1.0, 3.0]}
    store.record_outcomes("faults.late", pa.table(told | seen), snapshot="wear@1.0.0")

    found = store.outcomes.rows("faults.late")
    assert found["key value"].to_pylist() == ["a", "b"]
    assert found["key position"].to_pylist() == [7, 8]
    assert found["value"].to_pylist() == [0.5, 0.6]
    check = store.validate_feature_consistency("wear@1.0.0", "outcome")["outcome"]
    said = [(name, x.mismatches) for each in check.comparisons for name, x in each.features.items()]
    assert said == [("faults.late", 1), ("parts.heat", 1)]

    store.register(
        ft.FeatureGroup("runs", keys={"snapshot_id": "text"}, features=[ft.Feature("f", "float64")])
    )
    run = pa.table({"snapshot_id": ["x"], "event_time": [departed(0)], "f": [1.0]})
    with pytest.raises(ft.InvalidInputError, match="its key 'snapshot_id' has the name of"):
        store.record_outcomes("runs.f", run, unjudged=True)
