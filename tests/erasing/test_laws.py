"""After an erasure the store answers as one in which the person never was."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import featuretrail as ft
from tests.engines.database import Database
from tests.erasing.people import START

HOUR = timedelta(hours=1)
KEYS = [("ada", 1), ("ada", 12), ("ben", 1), ("ben", 11)]

rows = st.lists(
    st.tuples(st.sampled_from(KEYS), st.integers(0, 5), st.integers(0, 9)),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[:2],
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("ingest"), rows),
        st.tuples(st.just("retract"), st.tuples(st.sampled_from(KEYS), st.integers(0, 5))),
        st.tuples(st.just("freeze"), st.integers(0, 5)),
    ),
    min_size=1,
    max_size=7,
)


def group(name: str) -> ft.FeatureGroup:
    return ft.FeatureGroup(
        name, {"person": "text", "shop": "int64"}, [ft.Feature("spent", "int64")]
    )


def table(found: list[Any]) -> pa.Table:
    return pa.table(
        {
            "person": pa.array([key[0] for key, *_ in found], pa.string()),
            "shop": pa.array([key[1] for key, *_ in found], pa.int64()),
            "event_time": pa.array(
                [START + hour * HOUR for _, hour, _ in found], pa.timestamp("us", tz="UTC")
            ),
            "spent": pa.array([spent for *_, spent in found], pa.int64()),
        }
    )


def lived(store: ft.TimescaleDBFeatureStore, name: str, history: Any, never: Any) -> list[str]:
    """Let a history happen without what is about ``never``; return the snapshots it made."""
    store.register(group(name), ft.FeatureSet(name, [f"{name}.spent"]))
    made = []
    for kind, what in history:
        if kind == "ingest":
            store.ingest(name, table([row for row in what if row[0] != never]))
        elif kind == "retract" and what[0] != never:
            person, shop = what[0]
            entity = {"person": person, "shop": shop}
            store.retract(name, entity, START + what[1] * HOUR, "wrong")
        elif kind == "freeze":
            spine = table([(key, what, 0) for key in KEYS if key != never]).drop_columns(["spent"])
            made.append(store.create_feature_snapshot(name, spine).snapshot_id)
    return made


@pytest.fixture
def numbered(database: Database) -> Any:
    with ft.connect(database.url, actor="anna", artifacts="database:") as store:
        yield store, iter(range(10_000))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps, who=st.sampled_from(KEYS))
def test_the_store_equals_one_in_which_the_person_never_was(
    numbered: Any, history: Any, who: Any
) -> None:
    store, numbers = numbered
    erased, never = f"a{next(numbers)}", f"b{next(numbers)}"
    with_her = lived(store, erased, history, None)
    without = lived(store, never, history, who)

    store.erase(erased, {"person": who[0], "shop": who[1]}, "request 4711")

    spine = table([(key, hour, 0) for key in KEYS for hour in range(7)]).drop_columns(["spent"])
    online = spine.select(["person", "shop"])
    answers = [
        (
            store.get_historical_features(
                spine, [f"{name}.spent"], status=True, event_time=True, method="pull"
            ),
            store.get_historical_features(spine, [f"{name}.spent"], status=True, method="sql"),
            store.get_online_features([f"{name}.spent"], online, status=True, event_time=True),
        )
        for name in (erased, never)
    ]
    assert answers[0] == answers[1]
    for here, there in zip(with_her, without, strict=True):
        left = store.get_feature_snapshot(here)
        assert left.to_arrow().equals(store.get_feature_snapshot(there).to_arrow())
        assert store.verify_snapshot(here).left_ok
    assert store.audit.verify(skip=["read-side", "chain"]).faults == ()
