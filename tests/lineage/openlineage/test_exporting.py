"""OpenLineage events of a real store, read back through its client's classes."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from openlineage.client.event_v2 import RunState
from openlineage.client.serde import Serde

import featuretrail as ft
from featuretrail.domain.events.base import stream_id
from featuretrail.domain.events.checks import ConsistencyChecked
from featuretrail.infrastructure.database import Database as Pool
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.openlineage.facets import (
    FeaturetrailPositionRunFacet,
    FeaturetrailVersionDatasetFacet,
    FeaturetrailVersionJobFacet,
)
from tests.engines.database import Database
from tests.house.packages import ROOT
from tests.lineage.openlineage.client import read
from tests.store.weather import hourly, spine, weather

pytestmark = pytest.mark.tiers("embedded", "apache")

SCHEMAS = ROOT / "docs" / "reference" / "openlineage"
SERVER = "postgres://db.example:5432"
LATE = ft.FeatureSet("late", ["weather.temp"], label="weather.sky")


@pytest.fixture
def grown(store: ft.TimescaleDBFeatureStore, database: Database) -> ft.TimescaleDBFeatureStore:
    """A source, features, a batch, a snapshot with its label, a check that failed, a model."""
    store.register(weather(), LATE)
    store.track_feature_lineage("weather.temp", ["source s3://lake/noaa.csv"])
    store.ingest("weather", hourly())
    store.create_feature_snapshot("late", spine())
    with Pool(database.url) as pool:
        EventLog(pool).append(
            ConsistencyChecked.in_stream(
                stream_id("consistency", "late"), 1, snapshot_id="late@1.0.0",
                check_type="streaming", status="failed", details={}, auto_fixed=False,
                check_duration_ms=20.0, confidence_score=90.0,
            )
        )  # fmt: skip
    store.record_training_run("forest", "late@1.0.0")
    return store


def events(store: ft.TimescaleDBFeatureStore, **how: Any) -> list[dict[str, Any]]:
    export = store.lineage.export("openlineage", namespace=SERVER, **how)
    lines = [json.loads(line) for line in export.text.splitlines()]
    assert len(lines) == export.count
    return lines


def test_every_event_is_what_the_classes_of_the_client_say(
    grown: ft.TimescaleDBFeatureStore,
) -> None:
    exported = events(grown)
    assert len(exported) == 8
    for document in exported:
        assert Serde.to_dict(read(document)) == document


def _facets(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        for name, each in document.items():
            if name.lower().endswith("facets"):
                yield from each.values()
            yield from _facets(each)
    elif isinstance(document, list):
        for each in document:
            yield from _facets(each)


def test_every_facet_says_who_made_it_and_where_its_schema_is(
    grown: ft.TimescaleDBFeatureStore,
) -> None:
    uri = re.compile(r"[a-z][a-z0-9+.-]*:[^ ]+")
    found = [facet for document in events(grown) for facet in _facets(document)]
    assert len(found) > 40
    for facet in found:
        assert uri.fullmatch(facet["_producer"])
        assert uri.fullmatch(facet["_schemaURL"])
    for document in events(grown):
        assert document["schemaURL"].endswith("/OpenLineage.json#/$defs/RunEvent")
        assert datetime.fromisoformat(document["eventTime"]).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (FeaturetrailVersionDatasetFacet, "features"),
        (FeaturetrailVersionJobFacet, "versions"),
        (FeaturetrailPositionRunFacet, "position"),
    ],
)
def test_our_own_facets_have_a_schema_in_the_documentation(
    kind: type[attrs.AttrsInstance], key: str
) -> None:
    schema = json.loads((SCHEMAS / f"{kind.__name__}.json").read_text("utf-8"))
    fields = {each.name: each for each in attrs.fields(kind) if not each.name.startswith("_")}
    assert schema["properties"].keys() - {"_producer", "_schemaURL"} == fields.keys()
    assert key in fields
    required = {name for name, each in fields.items() if each.default is attrs.NOTHING}
    assert set(schema["required"]) == {"_producer", "_schemaURL", *required}
    assert schema["$id"] == kind._get_schema()  # type: ignore[attr-defined]  # of the client's


def test_every_run_starts_and_ends_once(grown: ft.TimescaleDBFeatureStore) -> None:
    exported = [read(document) for document in events(grown)]
    assert [(event.job.name, event.eventType) for event in exported] == [
        ("ingest.weather", RunState.START),
        ("ingest.weather", RunState.COMPLETE),
        ("snapshot.late", RunState.START),
        ("snapshot.late", RunState.COMPLETE),
        ("check.streaming.late", RunState.START),
        ("check.streaming.late", RunState.FAIL),
        ("train.forest", RunState.START),
        ("train.forest", RunState.COMPLETE),
    ]
    pairs: Iterator[tuple[Any, Any]] = zip(exported[::2], exported[1::2], strict=True)
    assert all(start.run.runId == end.run.runId for start, end in pairs)
    assert len({event.run.runId for event in exported}) == 4
    times = [event.eventTime for event in exported]
    assert all(start <= end for start, end in zip(times[::2], times[1::2], strict=True))


def test_a_snapshot_says_which_columns_it_copies_and_what_certifies_it(
    grown: ft.TimescaleDBFeatureStore,
) -> None:
    frozen = events(grown)[3]
    info = grown.snapshots.list()[0]
    [table] = frozen["inputs"]
    [output] = frozen["outputs"]

    assert table["namespace"] == SERVER
    assert table["name"].endswith(".featuretrail_values.weather")
    assert table["facets"]["featuretrail_version"]["features"] == {"temp": "1.0.0", "sky": "1.0.0"}
    assert output["name"] == "snapshot/late@1.0.0"
    assert output["facets"]["featuretrail_version"]["digest"] == info.digest
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == info.rows
    lineage = output["facets"]["columnLineage"]
    assert {
        name: field["inputFields"][0]["field"] for name, field in lineage["fields"].items()
    } == {
        "temp": "temp",
        "sky": "sky",
    }
    assert [field["field"] for field in lineage["dataset"]] == ["origin", "event_time"]
    [how] = lineage["fields"]["temp"]["inputFields"][0]["transformations"]
    assert (how["type"], how["subtype"]) == ("DIRECT", "IDENTITY")
    schema = {field["name"]: field.get("type") for field in output["facets"]["schema"]["fields"]}
    assert schema["temp"] == "float64"
    position = frozen["run"]["facets"]["featuretrail_position"]
    assert position["readPosition"] == info.position < position["position"]
    assert position["contentDigest"] == info.digest


def test_what_is_not_at_fault_is_named_and_what_failed_says_so(
    grown: ft.TimescaleDBFeatureStore,
) -> None:
    ingested, failed = events(grown)[1], events(grown)[5]
    assert [(each["namespace"], each["name"]) for each in ingested["inputs"]] == [
        ("s3://lake", "noaa.csv")
    ]
    assert "failed" in failed["run"]["facets"]["errorMessage"]["message"]
    [data] = failed["inputs"]
    assert data["inputFacets"]["dataQualityAssertions"]["assertions"][0]["success"] is False


def test_the_same_position_gives_the_same_bytes(grown: ft.TimescaleDBFeatureStore) -> None:
    at = grown.position
    before = grown.lineage.export("openlineage", at=at).text
    grown.ingest("weather", hourly(1, start=hourly()["event_time"][7].as_py()))
    assert grown.lineage.export("openlineage", at=at).text == before
    assert grown.lineage.export("openlineage").text.startswith(before)
    new = events(grown, after=at)
    assert [event["job"]["name"] for event in new] == ["ingest.weather"] * 2


def test_one_thing_has_the_runs_of_what_belongs_to_it(grown: ft.TimescaleDBFeatureStore) -> None:
    grown.register(ft.FeatureGroup("other", {"origin": "text"}, [ft.Feature("x", "float64")]))
    grown.ingest("other", {"origin": ["EWR"], "event_time": [hourly()["event_time"][0].as_py()],
                           "x": [1.0]})  # fmt: skip
    assert len(events(grown)) == 10
    assert len(events(grown, of="other.x")) == 2
    assert {event["job"]["name"] for event in events(grown, of="late@1.0.0")} == {
        *("ingest.weather", "snapshot.late", "check.streaming.late", "train.forest")
    }


def test_ids_are_of_version_7_and_sort_by_time(grown: ft.TimescaleDBFeatureStore) -> None:
    ids = [event["run"]["runId"] for event in events(grown)]
    assert {each[14] for each in ids} == {"7"}
    assert {each[19] for each in ids} <= set("89ab")


def test_pictures_are_of_what_belongs_to_a_thing(grown: ft.TimescaleDBFeatureStore) -> None:
    whole = grown.lineage.export("mermaid")
    part = grown.lineage.export("mermaid", "source s3://lake/noaa.csv")
    assert "sky 1.0.0" in whole.text
    assert "sky 1.0.0" not in part.text
    assert (whole.format, whole.position, str(whole)) == ("mermaid", grown.position, whole.text)
    past = grown.lineage.export("svg", at=1)
    assert past.count == 0
    assert past._repr_html_().startswith("<svg")
    assert whole._repr_html_().startswith("<pre>")
    with pytest.raises(ft.InvalidInputError, match="'mermaid', 'dot', 'svg', 'openlineage'"):
        grown.lineage.export("png")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(ft.NotFoundError, match=r"weather\.temp"):
        grown.lineage.export("svg", "weather.tmp")
