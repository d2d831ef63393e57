"""Training runs: recorded once, whatever is retried."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.store.weather import DELAY, filled, spine

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


@pytest.fixture
def frozen(store: ft.TimescaleDBFeatureStore) -> ft.TimescaleDBFeatureStore:
    filled(store)
    store.create_feature_snapshot(DELAY, spine())
    store.create_feature_snapshot(DELAY, spine(rows=2))
    return store


FACTS: dict[str, Any] = {
    "metrics": {"auc": 0.8},
    "parameters": {"depth": 3, "seeds": [1, 2]},
    "code_version": "abc",
}


def test_a_run_is_recorded_and_found_again(frozen: ft.TimescaleDBFeatureStore) -> None:
    run = frozen.record_training_run("forest", "delay@1.0.0", reason="weekly", **FACTS)
    assert (run.model, run.version, run.run_id) == ("forest", "1.0.0", "forest@1.0.0")
    assert (run.actor, run.reason) == ("anna", "weekly")
    assert run.to_dict()["parameters"] == FACTS["parameters"]
    assert frozen.training_runs.list() == [run]
    entry = frozen.audit.history("training run forest@1.0.0")[0]
    assert entry.event["metrics"] == {"auc": 0.8}
    assert frozen.audit.state_at("training forest@1.0.0").state["code_version"] == "abc"


def test_without_a_version_the_next_minor_is_taken(frozen: ft.TimescaleDBFeatureStore) -> None:
    snapshot = frozen.snapshots.list()[0]
    runs = [frozen.record_training_run("forest", snapshot) for _ in range(2)]
    runs.append(frozen.record_training_run("forest", snapshot, version="3.0.0"))
    runs.append(frozen.record_training_run("forest", snapshot))
    assert [run.version for run in runs] == ["1.0.0", "1.1.0", "3.0.0", "3.1.0"]
    assert frozen.record_training_run("tree", snapshot).version == "1.0.0"
    assert len(frozen.training_runs.list("forest")) == 4


@pytest.mark.parametrize("named", [{"version": "1.0.0"}, {"run_id": "mlflow-17"}])
def test_a_retry_finds_the_first(frozen: ft.TimescaleDBFeatureStore, named: dict[str, Any]) -> None:
    first = frozen.record_training_run("forest", "delay@1.0.0", **named, **FACTS)
    position = frozen.position
    assert frozen.record_training_run("forest", "delay@1.0.0", **named, **FACTS) == first
    assert frozen.position == position


def test_a_retry_that_says_something_else_is_refused(frozen: ft.TimescaleDBFeatureStore) -> None:
    said: dict[str, Any] = {"snapshot": "delay@1.0.0", **FACTS}
    frozen.record_training_run("forest", run_id="r1", **said)
    changes: list[dict[str, Any]] = [
        {"snapshot": "delay@1.1.0"},
        {"metrics": {"auc": 0.9}},
        {"parameters": {}},
    ]
    for changed in changes:
        with pytest.raises(ft.IdempotencyError, match=r"'r1'.*differ"):
            frozen.record_training_run("forest", run_id="r1", **said | changed)
        with pytest.raises(ft.AlreadyExistsError, match=r"forest@1\.0\.0"):
            frozen.record_training_run("forest", version="1.0.0", **said | changed)
    with pytest.raises(ft.IdempotencyError, match="version"):
        frozen.record_training_run("forest", run_id="r1", version="2.0.0", **said)
    with pytest.raises(ft.AlreadyExistsError):
        frozen.record_training_run("forest", version="1.0.0", run_id="r2", **said)


BAD: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"model": "a@b"}, ft.InvalidInputError),
    ({"model": ""}, ft.InvalidInputError),
    ({"snapshot": "delay"}, ft.InvalidNameError),
    ({"snapshot": "delay@9.0.0"}, ft.NotFoundError),
    ({"version": "one"}, ft.InvalidNameError),
    ({"metrics": {"auc": float("nan")}}, ft.InvalidInputError),
    ({"metrics": {"auc": "high"}}, ft.InvalidInputError),
    ({"metrics": [0.8]}, ft.InvalidInputError),
    ({"parameters": {"depth": object()}}, ft.InvalidInputError),
    ({"parameters": {1: 2}}, ft.InvalidInputError),
    ({"code_version": "a\n"}, ft.InvalidInputError),
    ({"run_id": ""}, ft.InvalidInputError),
]


def test_bad_input_is_refused_and_nothing_is_written(frozen: ft.TimescaleDBFeatureStore) -> None:
    before = frozen.position
    for given, error in BAD:
        with pytest.raises(error):
            frozen.record_training_run(**{"model": "forest", "snapshot": "delay@1.0.0"} | given)
    assert frozen.position == before


@pytest.mark.tiers(without="community")
def test_runs_recorded_at_once_get_versions_of_their_own(
    frozen: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    with (
        ft.connect(database.url, artifacts="database:") as other,
        ThreadPoolExecutor(4) as pool,
    ):
        futures = [
            pool.submit(store.record_training_run, "forest", "delay@1.0.0")
            for store in (frozen, other) * 3
        ]
        versions = {future.result().version for future in futures}
    assert versions == {f"1.{minor}.0" for minor in range(6)}
