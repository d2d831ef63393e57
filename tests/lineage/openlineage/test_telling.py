"""From events to runs, made by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from featuretrail.domain.events import (
    ConsistencyChecked,
    Event,
    GroupDefined,
    ValuesIngested,
    stream_id,
)
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.runs.run import Column, Origin, Place, Run
from featuretrail.domain.lineage.runs.telling import Recorded, runs
from tests.lineage.events import declared, feature, retired, rule, run, snapshot

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)


def group(name: str, **keys: str) -> Event:
    return GroupDefined.in_stream(
        stream_id("group", name), 1, name=name, version="1.0.0",
        definition={"name": name, "keys": keys or {"origin": "text"}}, definition_digest="g",
    )  # fmt: skip


def batch(name: str, rows: int = 3, source: str | None = None, **columns: str) -> Event:
    return ValuesIngested.in_stream(
        stream_id("batch", name), 1, group=name, batch=1, rows=rows, columns=columns,
        first_event_time=None, last_event_time=None, digest="b", source=source,
    )  # fmt: skip


def check(snapshot_id: str, status: str, kind: str = "streaming") -> Event:
    return ConsistencyChecked.in_stream(
        stream_id("consistency", snapshot_id), 1, snapshot_id=snapshot_id, check_type=kind,
        status=status, details={}, auto_fixed=False, check_duration_ms=250.0,
        confidence_score=None,
    )  # fmt: skip


def told(*events: Event) -> list[Run]:
    return list(
        runs(
            Recorded(number, NOON + timedelta(seconds=number), f"log {number}", event)
            for number, event in enumerate(events, 1)
        )
    )


DEFINED = (
    group("weather"),
    feature("weather.temp"),
    feature("weather.wind"),
    group("comfort", station="int64"),
    feature("comfort.chill", rule=rule("weather.temp@1.0.0", "weather.wind@1.0.0")),
    feature("comfort.mood"),
    declared("weather.temp@1.0.0", "source noaa@2013", streaming_source="live"),
    declared("comfort.chill@1.0.0", "weather.temp@1.0.0", "weather.wind@1.0.0"),
)


def test_a_batch_is_a_run_of_the_ingestion_of_its_group() -> None:
    [ingested] = told(*DEFINED, batch("weather", temp="1.0.0", wind="1.0.0"))

    assert str(ingested.job) == "ingest.weather"
    assert ingested.position == 9
    assert ingested.began == ingested.ended == NOON + timedelta(seconds=9)
    assert (ingested.digest, ingested.content, ingested.rows) == ("log 9", "b", 3)
    assert [data.place for data in ingested.inputs] == [
        Place("source", "noaa", "2013"),
        Place("stream", "live"),
    ]
    assert ingested.output is not None
    assert ingested.output.place == Place("group", "weather")
    assert ingested.output.features == {"temp": "1.0.0", "wind": "1.0.0"}
    assert ingested.output.columns == (
        Column("origin", "text"),
        Column("event_time", "timestamptz"),
        Column("temp", "float64"),
        Column("wind", "float64"),
    )
    assert ingested.origins == {}  # the columns of a source are not known
    assert ingested.about == (
        Node("feature", "weather.temp", "1.0.0"),
        Node("feature", "weather.wind", "1.0.0"),
    )


def test_only_what_the_batch_holds_has_inputs() -> None:
    [ingested] = told(*DEFINED, batch("weather", wind="1.0.0"))
    assert ingested.inputs == ()


def test_a_computed_batch_is_a_run_of_each_rule_with_its_own_inputs_alone() -> None:
    sick = feature("comfort.sick", rule=rule("comfort.chill@1.0.0", source="chill < 0"))
    lineage = declared("comfort.sick@1.0.0", "comfort.chill@1.0.0")
    source = "compute parents@7 due@2013-01-01T00:00:00+00:00"
    computed = batch("comfort", source=source, chill="1.0.0", sick="1.0.0", mood="1.0.0")

    by_job = {str(each.job): each for each in told(*DEFINED, sick, lineage, computed)}

    assert list(by_job) == ["ingest.comfort", "compute.comfort.chill", "compute.comfort.sick"]
    chill, ill = by_job["compute.comfort.chill"], by_job["compute.comfort.sick"]
    weather, comfort = Place("group", "weather"), Place("group", "comfort")
    assert [data.place for data in chill.inputs] == [weather]
    assert chill.inputs[0].features == {"temp": "1.0.0", "wind": "1.0.0"}
    assert chill.origins == {
        "chill": (
            Origin(weather, "temp", "transformation"),
            Origin(weather, "wind", "transformation"),
        )
    }
    assert chill.joined == (
        Origin(weather, "origin", "join"),
        Origin(weather, "event_time", "join"),
    )
    assert chill.output is not None
    assert chill.output.features == {"chill": "1.0.0"}
    assert chill.rule is not None
    assert (chill.rule.source, chill.read) == ("return temp - wind", 7)
    assert ill.origins == {"sick": (Origin(comfort, "chill", "transformation"),)}
    assert ill.joined[0] == Origin(comfort, "station", "join")
    assert by_job["ingest.comfort"].output is not None
    assert by_job["ingest.comfort"].output.features == {"mood": "1.0.0"}


def test_lineage_is_that_of_the_time_of_the_run() -> None:
    again = declared("weather.temp@1.0.0", "source gfs", number=2)
    before, after = told(
        *DEFINED,
        batch("weather", temp="1.0.0"),
        again,
        retired("weather.temp@1.0.0", number=3),
        batch("weather", temp="1.0.0"),
    )
    assert before.inputs[0].place == Place("source", "noaa", "2013")
    assert [data.place for data in after.inputs] == [Place("source", "gfs")]


def test_each_version_of_a_feature_is_told_by_its_column() -> None:
    second = feature("weather.temp", "2.0.0")
    assert second.model_fields_set  # an event of its own
    moved = second.model_copy(update={"column": "temp__2"})
    [ingested] = told(*DEFINED, moved, batch("weather", temp__2="2.0.0"))
    assert ingested.output is not None
    assert ingested.output.features == {"temp": "2.0.0"}
    assert ingested.output.columns[-1].name == "temp__2"


def _snapshot(label: str | None = None) -> Event:
    made = snapshot("delay", label=label)
    columns: list[dict[str, Any]] = [
        {"reference": "weather.temp@1.0.0", "output": "temp", "column": "temp"},
        {"reference": "comfort.chill@1.0.0", "output": "chill", "column": "chill"},
    ]
    request = {"label_reference": label, "label_column": "wind"}
    facts = {"features": columns, "request": request, "spine_columns": ["origin", "at"]}
    return made.model_copy(
        update=facts | {"computation_time_ms": 1500.0, "digest": "frozen", "rows": 4, "position": 6}
    )


def test_a_snapshot_is_a_run_that_copies_columns_by_a_join() -> None:
    [frozen] = told(*DEFINED, _snapshot(label="weather.wind@1.0.0"))

    assert str(frozen.job) == "snapshot.delay"
    assert frozen.ended - frozen.began == timedelta(milliseconds=1500)
    assert (frozen.read, frozen.content, frozen.rows) == (6, "frozen", 4)
    assert [data.place.name for data in frozen.inputs] == ["weather", "comfort"]
    assert frozen.origins["chill"] == (Origin(Place("group", "comfort"), "chill", "identity"),)
    assert frozen.origins["wind"] == (Origin(Place("group", "weather"), "wind", "identity"),)
    assert len(frozen.joined) == 4
    assert frozen.output is not None
    assert frozen.output.place == Place("snapshot", "delay", "1.0.0")
    assert frozen.output.columns[:3] == (
        Column("origin"),
        Column("at"),
        Column("temp", "float64"),
    )


def test_a_training_run_reads_its_snapshot_alone() -> None:
    _, trained = told(*DEFINED, _snapshot(), run("forest", "delay@1.0.0"))
    assert str(trained.job) == "train.forest"
    [data] = trained.inputs
    assert (data.place, data.digest) == (Place("snapshot", "delay", "1.0.0"), "frozen")
    assert trained.output is not None
    assert trained.output.place == Place("model", "forest", "1.0.0")


def test_a_check_fails_when_its_verdict_is_that() -> None:
    outcomes = {
        status: told(check("delay@1.0.0", status))[0].outcome
        for status in ("passed", "warning", "failed", "not evaluated")
    }
    assert outcomes == {
        "passed": "complete",
        "warning": "complete",
        "failed": "failed",
        "not evaluated": "aborted",
    }
    [judged] = told(check("delay@1.0.0", "failed", "outcome"))
    assert str(judged.job) == "check.outcome.delay"
    assert judged.output is None
    assert judged.ended - judged.began == timedelta(milliseconds=250)
