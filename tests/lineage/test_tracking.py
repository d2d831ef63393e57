"""Lineage through the face: declared, recorded by itself, asked for now and in the past."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from psycopg.sql import SQL

import featuretrail as ft
from featuretrail.domain.errors import ChainBrokenError, NaiveTimeError, NotFoundError
from featuretrail.domain.events import Event, Metadata
from featuretrail.domain.lineage.feature_lineage import FeatureLineage
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.records import measurement, performance_sample, quality_check
from featuretrail.infrastructure.database import Database as Pool
from featuretrail.infrastructure.lineage.declaring import LineageDeclarer
from featuretrail.infrastructure.lineage.reading import LineageReader
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.recorder import LAST_POSITION
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from tests.engines.database import Database
from tests.lineage.events import declared, feature, rule
from tests.store.weather import DELAY, hourly, spine, weather

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

CHILL = ft.FeatureGroup(
    "comfort",
    {"origin": "text"},
    [ft.Feature("chill", "float64"), ft.Feature("mood", "float64")],
)
LATE = ft.FeatureSet("late", ["weather.temp", "comfort.chill"], label="weather.sky")


@pytest.fixture
def grown(store: ft.TimescaleDBFeatureStore) -> ft.TimescaleDBFeatureStore:
    """A source, two features from it, a set, a snapshot and a model."""
    store.register(weather(), CHILL)
    store.track_feature_lineage("weather.temp", ["source noaa@2013"], streaming_source="live")
    store.track_feature_lineage("comfort.chill", ["weather.temp"], computation_rule="temp - 5")
    store.register(LATE)
    store.ingest("weather", hourly())
    store.ingest("comfort", {**_chill(), "mood": [1.0] * 8})
    store.create_feature_snapshot("late", spine())
    store.record_training_run("forest", "late@1.0.0", metrics={"auc": 0.8}, code_version="abc")
    return store


def _chill() -> dict[str, list[object]]:
    table = hourly().drop_columns(["sky"]).to_pydict()
    return {"chill" if name == "temp" else name: values for name, values in table.items()}


def test_tracking_says_what_was_declared_and_how_good_it_is(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(weather())
    said = store.track_feature_lineage(
        "weather.temp",
        ["source noaa"],
        streaming_source="live",
        outcome_tracking_version="late@2",
        cross_system_consistency="checked weekly",
        computation_rule="as it comes",
        reason="audit",
        actor="ben",
    )
    assert [str(parent) for parent in said.parents] == ["source noaa", "stream live"]
    assert said.declared_at == said.position == store.position
    assert said.lineage_quality_score == said.quality.score == 90.0
    assert said.reasons == ("source noaa names no version",)
    assert (said.computation_complexity, said.estimated_computation_time_ms) == (None, None)
    entry = store.audit.history("lineage weather.temp@1.0.0")[0]
    assert (entry.actor, entry.reason) == ("ben", "audit")
    assert said.to_dict()["parents"][0] == {"kind": "source", "name": "noaa", "version": None}
    assert "names no version" in said._repr_html_()
    [row] = store.audit.rows_at("feature_lineage", feature="weather.temp").rows
    assert row["lineage_quality_score"] == 90.0
    assert row["dependency_count"] == 1
    assert (row["streaming_source"], row["outcome_tracking_version"]) == ("live", "late@2")


def test_the_same_declaration_again_makes_no_event(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(weather())
    first = store.track_feature_lineage("weather.temp", ["weather.sky", "source noaa@1"])
    again = store.track_feature_lineage("weather.temp", ["source noaa@1", "weather.sky@1.0.0"])
    assert again.declared_at == first.declared_at == store.position


def test_a_cycle_is_refused_with_its_path_and_nothing_is_written(
    grown: ft.TimescaleDBFeatureStore,
) -> None:
    grown.track_feature_lineage("comfort.mood", ["comfort.chill"])
    before = grown.position
    with pytest.raises(ft.LineageCycleError) as refused:
        grown.track_feature_lineage("weather.temp", ["weather.sky", "comfort.mood"])
    assert refused.value.path == (
        "feature weather.temp@1.0.0",
        "feature comfort.chill@1.0.0",
        "feature comfort.mood@1.0.0",
        "feature weather.temp@1.0.0",
    )
    assert "weather.temp@1.0.0 -> feature comfort.chill" in str(refused.value)
    with pytest.raises(ft.LineageCycleError, match="cannot come from feature weather"):
        grown.track_feature_lineage("weather.temp", ["weather.temp"])
    assert grown.position == before


def test_everything_from_the_source_to_the_model_is_one_graph(
    grown: ft.TimescaleDBFeatureStore,
) -> None:
    below = grown.lineage.downstream("source noaa")
    assert [str(node) for node in below] == [
        "feature weather.temp@1.0.0",
        "feature comfort.chill@1.0.0",
        "set late@1.0.0",
        "snapshot late@1.0.0",
        "outcome weather.sky@1.0.0",
        "training run forest@1.0.0",
    ]
    above = grown.lineage.upstream("training run forest")
    assert {node.kind for node in above} == {"snapshot", "set", "feature", "source", "stream"}
    assert grown.lineage.upstream("model forest@1.0.0", 1) == (
        ft.Node("snapshot", "late", "1.0.0"),
    )


def test_the_impact_of_a_change_names_features_sets_snapshots_and_models(
    grown: ft.TimescaleDBFeatureStore,
) -> None:
    found = grown.lineage.impact("weather.temp")
    assert [each.node.name for each in found.features] == ["comfort.chill"]
    assert [each.node.label for each in found.sets] == ["late@1.0.0"]
    assert [each.node.label for each in found.snapshots] == ["late@1.0.0"]
    assert [each.node.label for each in found.models] == ["forest@1.0.0"]
    assert [each.node.label for each in found.outcomes] == ["weather.sky@1.0.0"]
    assert found.path(found.models[0].node)[0] == found.changed[0]
    assert found.path(ft.Node("source", "noaa", "2013")) == ()
    assert repr(found).endswith("1 feature, 1 set, 1 snapshot, 1 model, 1 outcome)")
    assert found.to_dict()["models"][0]["via"] == "snapshot late@1.0.0"
    assert grown.lineage.impact("comfort.mood").summary == "nothing"


def test_a_change_of_a_label_touches_the_sets_that_predict_it(
    grown: ft.TimescaleDBFeatureStore,
) -> None:
    found = grown.lineage.impact("weather.sky")
    assert [each.node.name for each in found.sets] == ["late"]
    assert [each.node.name for each in found.snapshots] == ["late"]


def test_the_graph_of_the_past_is_what_was_known_then(grown: ft.TimescaleDBFeatureStore) -> None:
    entry = grown.audit.history("lineage comfort.chill@1.0.0")[0]
    grown.track_feature_lineage("comfort.chill", ["weather.sky"])
    before = grown.lineage.graph(at=entry.position - 1)
    chill = ft.Node("feature", "comfort.chill", "1.0.0")
    assert before.parents(chill) == ()
    assert before.position == entry.position - 1
    for moment in (entry.position, entry.recorded_at):
        names = [parent.name for parent in grown.lineage.graph(at=moment).parents(chill)]
        assert names == ["weather.temp"]
        assert grown.lineage.get("comfort.chill", moment).computation_rule == "temp - 5"
    assert [parent.name for parent in grown.lineage.graph().parents(chill)] == ["weather.sky"]
    assert len(grown.lineage.graph(at=0)) == 0
    assert len(grown.lineage.graph(at=datetime(2001, 1, 1, tzinfo=UTC))) == 0
    with pytest.raises(NaiveTimeError):
        grown.lineage.graph(at=datetime(2030, 1, 1))  # noqa: DTZ001 - what is refused
    with pytest.raises(NotFoundError, match="no position"):
        grown.lineage.graph(at=10_000)


def test_a_past_graph_is_the_graph_of_a_log_that_ended_there(
    grown: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    with Pool(database.url) as pool:
        fresh = LineageReader(pool)
        kept = LineageReader(pool)
        kept.current()
        for position in range(grown.position + 1):
            assert kept.at(position).graph.to_dict() == fresh.at(position).graph.to_dict()


def test_a_retired_feature_is_a_tombstone_that_lowers_what_comes_from_it(
    grown: ft.TimescaleDBFeatureStore,
) -> None:
    grown.track_feature_lineage("comfort.mood", ["comfort.chill"])
    assert grown.lineage.quality("comfort.mood").score == 100.0
    tomb = grown.lineage.retire("weather.temp", reason="sensor is gone")
    assert tomb.retired
    assert tomb.declared_at == grown.position
    assert grown.lineage.quality("comfort.chill").reasons == (
        "feature weather.temp@1.0.0 is retired",
    )
    assert grown.lineage.quality("comfort.chill").score == 80.0
    assert grown.lineage.quality("comfort.mood").reasons == (
        "feature comfort.chill@1.0.0 comes from feature weather.temp@1.0.0, which is retired",
    )
    assert "comfort.chill" in [node.name for node in grown.lineage.downstream("weather.temp")]
    [row] = grown.audit.rows_at("feature_lineage", feature="weather.temp").rows
    assert row["retired_at"] is not None
    assert grown.lineage.retire("weather.temp").declared_at == tomb.declared_at
    assert not grown.track_feature_lineage("weather.temp", ["source noaa@2013"]).retired


def test_only_what_was_declared_can_be_retired(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(weather())
    with pytest.raises(NotFoundError, match="no declared lineage of feature"):
        store.lineage.retire("weather.temp")


@pytest.mark.tiers(without="community")
def test_two_writers_cannot_close_a_cycle_between_them(database: Database) -> None:
    with (
        ft.connect(database.url, artifacts="database:") as one,
        ft.connect(database.url, artifacts="database:") as two,
    ):
        names = [f"f{number}" for number in range(12)]
        one.register(
            ft.FeatureGroup("g", {"k": "int64"}, [ft.Feature(name, "float64") for name in names])
        )
        barrier = Barrier(2)

        def declare(store: ft.TimescaleDBFeatureStore, child: str, parent: str) -> bool:
            barrier.wait(timeout=30)
            try:
                store.track_feature_lineage(f"g.{child}", [f"g.{parent}"])
            except ft.LineageCycleError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            for first, second in zip(names[::2], names[1::2], strict=True):
                made = [
                    pool.submit(declare, one, first, second),
                    pool.submit(declare, two, second, first),
                ]
                assert sorted(each.result() for each in made) == [False, True]


def test_a_rule_in_a_definition_declares_its_lineage_in_the_same_append(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.register(weather())
    defined = feature("weather.feels", rule=rule("weather.temp@1.0.0", "weather.sky"))
    with Pool(database.url) as pool:
        log, reader = EventLog(pool), LineageReader(pool)
        declarer = LineageDeclarer(pool, log, reader)
        registry = RegistryReader(pool).current()
        with pool.transaction() as connection:
            made = declarer.of_rules([defined], registry, Metadata(actor="anna"), connection)
            log.append(defined, *made, connection=connection)
        said = FeatureLineage.of(reader.current(), FeatureReference.parse("weather.feels@1.0.0"))
    assert [parent.label for parent in said.parents] == ["weather.sky@1.0.0", "weather.temp@1.0.0"]
    assert said.computation_rule == "return temp - wind"
    assert (said.lineage_quality_score, said.reasons) == (100.0, ())
    assert said.declared_at == said.position == 5


def test_rules_of_one_call_that_read_each_other_are_refused(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.register(weather())
    definitions = [
        feature("weather.a", rule=rule("weather.b@1.0.0")),
        feature("weather.b", rule=rule("weather.a@1.0.0")),
    ]
    with Pool(database.url) as pool:
        known = RegistryReader(pool).current()
        registry = known.evolve([feature("weather.a"), feature("weather.b")], 0)
        declarer = LineageDeclarer(pool, EventLog(pool), LineageReader(pool))
        with pytest.raises(ft.LineageCycleError, match=r"weather\.b@1\.0\.0 -> feature weather\.a"):
            declarer.of_rules(definitions, registry, Metadata())


def test_cost_is_the_median_of_measurements_and_none_without(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.register(weather())
    assert store.track_feature_lineage("weather.temp", []).computation_complexity is None
    assert "needs 3" in store.lineage.cost("weather.temp").reason
    times = [("training", 120.0), ("training", 80.0), ("training", 310.0), ("inference", 0.1)]
    with Pool(database.url) as pool:
        EventLog(pool).append(
            performance_sample(
                uuid4(),
                [
                    measurement("weather.temp", datetime.now(UTC), ms, of, version=version)  # type: ignore[arg-type]
                    for version in ("1.0.0", "2.0.0")
                    for of, ms in (times if version == "1.0.0" else [("training", 1.0)] * 9)
                ],
                Metadata(),
            )
        )
    store.projections.catch_up()
    said = store.track_feature_lineage("weather.temp", [])
    assert said.estimated_computation_time_ms == 120.0
    assert said.computation_complexity == "high"
    assert store.lineage.cost("weather.temp").reason == "median of 3 measurements in training"


BAD: list[tuple[Any, type[Exception], str]] = [
    (["weather.tmp"], NotFoundError, r"did you mean 'weather\.temp'"),
    (["weather.sky@9.0.0"], NotFoundError, "feature version"),
    (["nothing"], ft.InvalidNameError, r"must read 'group\.feature'"),
    ("weather.sky", ft.InvalidInputError, "give a list"),
    ([3], ft.InvalidInputError, "a parent is 3"),
    (["weather.sky", "weather.sky@1.0.0"], ft.InvalidInputError, "twice"),
    (["source "], ft.InvalidInputError, "the name of a parent source"),
    ([ft.Parent.feature("weather.gone@1.0.0")], NotFoundError, "no feature"),
    ([b"weather.sky"], ft.InvalidInputError, "a parent is b'weather"),
]


def test_parents_that_name_nothing_are_refused(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(weather())
    before = store.position
    for parents, error, message in BAD:
        with pytest.raises(error, match=message):
            store.track_feature_lineage("weather.temp", parents)
    assert store.position == before


def test_facts_that_cannot_be_recorded_are_refused(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(weather())
    with pytest.raises(ft.InvalidInputError, match="streaming_source"):
        store.track_feature_lineage("weather.temp", [], streaming_source="a\nb")
    with pytest.raises(ft.InvalidInputError, match="NUL"):
        store.track_feature_lineage("weather.temp", [], computation_rule="a\0b")
    with pytest.raises(ft.InvalidInputError, match="give one of them"):
        store.track_feature_lineage("weather.temp@1.0.0", [], version="2.0.0")
    with pytest.raises(ft.InvalidInputError, match="depth"):
        store.lineage.upstream("weather.temp", -1)
    store.register(DELAY)
    with pytest.raises(ft.InvalidInputError, match="no feature"):
        store.lineage.quality("set delay")


def test_a_name_may_try_to_be_sql(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(weather())
    name = "'; DROP TABLE featuretrail.events; --\"ÄÖ"
    store.track_feature_lineage("weather.temp", [ft.Parent("source", name, "a@b")])
    assert store.lineage.upstream("weather.temp") == (ft.Node("source", name, "a@b"),)


def test_an_altered_declaration_is_named_by_its_position(database: Database) -> None:
    with Pool(database.url) as pool:
        log = EventLog(pool)
        defined = feature("weather.temp")
        broken = declared("weather.temp@1.0.0").model_copy(
            update={"parents": [{"kind": "feature"}]}
        )
        position = log.append(defined, broken).last_position
        with pytest.raises(ChainBrokenError) as error:
            LineageReader(pool).current()
    assert error.value.position == position


def test_the_graph_is_read_by_the_index_of_its_events(database: Database) -> None:
    with Pool(database.url) as pool:
        log = EventLog(pool)
        log.append(feature("weather.temp"))
        log.append(*(quality_of("weather.temp") for _ in range(3_000)))
        with pool.connection() as connection:
            connection.execute("ANALYZE featuretrail.events")
            plan = connection.execute(
                SQL("EXPLAIN ") + query("lineage/events"), {"after": 0, "until": LAST_POSITION}
            ).fetchall()
        graph = LineageReader(pool).current().graph
    assert "events_of_lineage" in str(plan)
    assert [str(node) for node in graph.nodes] == ["feature weather.temp@1.0.0"]


def quality_of(path: str) -> Event:
    return quality_check(
        uuid4(), path, Metadata(), version=None, score=None, dimensions={}, coverage=0.0
    )
