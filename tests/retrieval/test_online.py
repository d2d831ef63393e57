"""Online reads answer what a retrieval as of now answers."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pyarrow as pa
import pytest
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import featuretrail as ft
from featuretrail.domain.errors import InvalidInputError, InvalidSpineError, NotFoundError

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

NOW = datetime.now(UTC) - timedelta(minutes=1)
FRESH = ft.FeatureGroup(
    "fresh",
    keys={"run": "int64", "who": "text"},
    ttl=timedelta(hours=3, minutes=30),
    features=[ft.Feature("x", "float64"), ft.Feature("word", "text")],
)
LASTING = ft.FeatureGroup(
    "lasting",
    keys={"who": "text", "run": "int64"},
    features=[
        ft.Feature("x", "int64"),
        ft.Feature("flag", "bool"),
        ft.Feature("at", "timestamptz"),
    ],
)
FEATURES = ["fresh.x", "fresh.word", "lasting.x", "lasting.flag", "lasting.at"]
RUNS = count(1)

WHO = st.sampled_from(["a", "ab", "é", ""])
HOURS = st.integers(0, 5)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "fresh.x": st.floats(),
    "fresh.word": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3),
    "lasting.x": st.integers(-(2**63), 2**63 - 1),
    "lasting.flag": st.booleans(),
    "lasting.at": HOURS.map(lambda hours: NOW - timedelta(hours=hours)),
}


@frozen
class Step:
    """An ingestion of some columns, or a retraction (``rows`` holds one entity and its begin)."""

    group: ft.FeatureGroup
    rows: Sequence[dict[str, Any]]
    retracts: bool


@st.composite
def steps(draw: st.DrawFn) -> Step:
    group = draw(st.sampled_from([FRESH, LASTING]))
    entity = st.fixed_dictionaries(
        {"who": WHO, "event_time": HOURS.map(lambda hours: NOW - timedelta(hours=hours))}
    )
    if draw(st.integers(0, 3)) == 0:
        return Step(group, [draw(entity)], retracts=True)
    names = [feature.name for feature in group.features]
    columns = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    values = st.fixed_dictionaries({n: st.none() | VALUES[f"{group.name}.{n}"] for n in columns})
    row = st.tuples(entity, values).map(lambda parts: {**parts[0], **parts[1]})
    rows = draw(
        st.lists(row, min_size=1, max_size=5, unique_by=lambda r: (r["who"], r["event_time"]))
    )
    return Step(group, rows, retracts=False)


@given(history=st.lists(steps(), max_size=7))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_an_online_read_equals_a_retrieval_as_of_now(
    registered: ft.TimescaleDBFeatureStore, history: list[Step]
) -> None:
    run = next(RUNS)
    for step in history:
        take(registered, step, run)
    entities = {"run": [run] * 6, "who": ["ab", "a", "é", "nobody", "", "a"], "extra": [*"abcdef"]}
    online = registered.get_online_features(FEATURES, entities, status=True, event_time=True)
    spine = {**entities, "event_time": pa.array([datetime.now(UTC)] * 6)}
    for method in ("sql", "pull"):
        then = registered.get_historical_features(
            spine, FEATURES, status=True, event_time=True, method=method
        ).drop_columns("event_time")
        assert online.schema == then.schema
        assert rows_of(online) == rows_of(then)


def take(store: ft.TimescaleDBFeatureStore, step: Step, run: int) -> None:
    if step.retracts:
        [row] = step.rows
        keys = {"run": run, "who": row["who"]}
        store.retract(step.group.name, keys, row["event_time"], "a test")
        return
    store.ingest(
        step.group.name, as_columns([{**row, "run": run} for row in step.rows]), partial=True
    )


def as_columns(rows: list[dict[str, Any]]) -> pa.Table:
    types = {"x": pa.float64() if "word" in rows[0] else None, "flag": pa.bool_()}
    return pa.table(
        {
            name: pa.array(values, types.get(name)) if any(v is not None for v in values)
            else pa.nulls(len(values))
            for name, values in ((name, [row[name] for row in rows]) for name in rows[0])
        }
    )  # fmt: skip


def rows_of(table: pa.Table) -> list[str]:
    return [repr(row) for row in table.to_pylist()]


@pytest.fixture
def registered(store: ft.TimescaleDBFeatureStore) -> ft.TimescaleDBFeatureStore:
    store.register(FRESH, LASTING)
    return store


def put(store: ft.TimescaleDBFeatureStore, hours: float, x: float | None, who: str = "a") -> None:
    """Let ``fresh.x`` of an entity have a value since some hours ago."""
    moment = NOW - timedelta(hours=hours)
    rows = {"run": [0], "who": [who], "event_time": [moment], "x": pa.array([x], pa.float64())}
    store.ingest("fresh", rows, partial=True)


def read(store: ft.TimescaleDBFeatureStore, *who: str) -> list[tuple[Any, str]]:
    table = store.get_online_features(
        ["fresh.x"], {"run": [0] * len(who), "who": list(who)}, status=True
    )
    return list(zip(table["x"].to_pylist(), table["x__status"].to_pylist(), strict=True))


def test_the_ttl_holds_online(registered: ft.TimescaleDBFeatureStore) -> None:
    put(registered, 4, 1.0)
    assert read(registered, "a") == [(None, "expired")]


def test_an_older_event_that_arrives_later_does_not_overwrite_a_newer_one(
    registered: ft.TimescaleDBFeatureStore,
) -> None:
    put(registered, 1, 2.0)
    put(registered, 2, 1.0)
    assert read(registered, "a") == [(2.0, "present")]


def test_a_null_is_told_from_a_missing_value(registered: ft.TimescaleDBFeatureStore) -> None:
    put(registered, 1, None)
    assert read(registered, "a", "nobody") == [(None, "null"), (None, "missing")]


def test_a_retracted_value_is_gone_until_a_new_one_comes(
    registered: ft.TimescaleDBFeatureStore,
) -> None:
    put(registered, 2, 1.0)
    registered.retract("fresh", {"run": 0, "who": "a"}, NOW - timedelta(hours=3), "wrong sensor")
    assert read(registered, "a") == [(None, "retracted")]
    put(registered, 1, 3.0)
    assert read(registered, "a") == [(3.0, "present")]


def test_order_and_duplicates_of_entity_rows_are_kept(
    registered: ft.TimescaleDBFeatureStore,
) -> None:
    for who, x in (("a", 1.0), ("b", 2.0)):
        put(registered, 1, x, who)
    assert [value for value, _ in read(registered, "b", "a", "b", "b")] == [2.0, 1.0, 2.0, 2.0]


def test_no_entity_rows_give_an_empty_typed_table(registered: ft.TimescaleDBFeatureStore) -> None:
    none = {"run": pa.array([], pa.int64()), "who": pa.array([], pa.string())}
    table = registered.get_online_features(FEATURES, none, status=True)
    assert table.num_rows == 0
    assert table.schema.field("fresh__x").type == pa.float64()


def test_rows_of_dicts_are_read(registered: ft.TimescaleDBFeatureStore) -> None:
    put(registered, 1, 5.0)
    table = registered.get_online_features(["fresh.x"], [{"run": 0, "who": "a"}])
    assert table.to_pylist() == [{"run": 0, "who": "a", "x": 5.0}]


def test_a_changed_ttl_is_noticed_by_a_store_that_was_opened_before(
    registered: ft.TimescaleDBFeatureStore, database: Any
) -> None:
    put(registered, 4, 1.0)
    assert read(registered, "a") == [(None, "expired")]
    with ft.connect(database.url, actor="ben", artifacts="database:") as other:
        longer = ft.FeatureGroup(
            "fresh", FRESH.keys, FRESH.features, ttl=timedelta(hours=9), version="2.0.0"
        )
        other.register(longer)
    assert read(registered, "a") == [(1.0, "present")]


def test_a_missing_key_column_is_named(registered: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(NotFoundError, match="'run'"):
        registered.get_online_features(["fresh.x"], {"runs": [1], "who": ["a"]})


def test_a_null_key_is_refused_with_its_row(registered: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(InvalidSpineError, match="'who' is NULL in row 1"):
        registered.get_online_features(["fresh.x"], {"run": [1, 2], "who": ["a", None]})


def test_a_key_of_another_type_is_refused(registered: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(InvalidSpineError, match="is int64; give integers"):
        registered.get_online_features(["fresh.x"], {"run": [1.5], "who": ["a"]})


def test_an_unknown_feature_is_named_with_those_alike(
    registered: ft.TimescaleDBFeatureStore,
) -> None:
    with pytest.raises(NotFoundError, match=r"did you mean 'fresh\.word'"):
        registered.get_online_features(["fresh.words"], {"run": [1], "who": ["a"]})


def test_a_feature_asked_for_twice_is_refused(registered: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(InvalidInputError, match="asked for 2 times"):
        registered.get_online_features(["fresh.x", "fresh.x@1.0.0"], {"run": [1], "who": ["a"]})
