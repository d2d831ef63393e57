"""``generate_feature_documentation``: told by events and values, recorded once, honest."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

import featuretrail as ft
from tests.documentation.conftest import Told
from tests.documentation.story import HARM
from tests.engines.database import Database


def test_equal_content_makes_no_event(told: Told) -> None:
    first = told.store.generate_feature_documentation("weather.wind_speed", reason="for the site")
    position = told.store.position
    again = told.store.generate_feature_documentation("weather.wind_speed")

    assert first.written
    assert (first.revision, first.position) == (1, position)
    assert not again.written
    assert (again.revision, again.position) == (1, position)
    assert again.content == first.content
    assert told.store.position == position
    [entry] = told.store.audit.history("documentation weather.wind_speed")
    assert (entry.actor, entry.reason) == ("anna", "for the site")
    assert entry.event["content"] == first.content
    assert entry.event["examples"] == [dict(each) for each in first.examples]


def test_the_call_that_is_shown_returns_what_is_shown(told: Told) -> None:
    for name in ("weather.temp", "comfort.wind_chill", "weather.sky", "comfort.frost"):
        documented = told.store.documentation.describe(name)
        rows, call = documented.examples
        output: pa.Table = eval(  # noqa: S307 - the documentation's own words
            call["code"], {"store": told.store, "datetime": datetime, "UTC": UTC}
        )

        shown = [{key: value for key, value in row.items() if key != "event_time"}
                 for row in call["output"]]  # fmt: skip
        assert output.drop_columns("event_time").to_pylist() == shown
        assert len(rows["rows"]) == 5
        assert {row["origin"] for row in rows["rows"]} == {"EWR", "JFK", "LGA"}


def test_the_history_says_who_when_why_and_what(told: Told) -> None:
    documented = told.store.documentation.describe("weather.temp")
    changes = documented.change_history

    assert [each.position for each in changes] == sorted(each.position for each in changes)
    defined = [each for each in changes if each.definition]
    assert [(each.version, each.actor) for each in defined] == [
        ("1.0.0", "anna"),
        ("1.0.1", "ines"),
    ]
    assert defined[1].reason == "the sensor is no longer recalibrated"
    assert defined[1].what.startswith("version 1.0.1: description: ")
    whats = " / ".join(each.what for each in changes)
    for part in ("profiled for baseline winter", "frozen in snapshot departure_delay@1.0.0",
                 "drift detected, critical", "drift resolved"):  # fmt: skip
        assert part in whats


def test_a_version_is_told_as_it_is_and_the_past_as_it_was(told: Told) -> None:
    older = told.store.generate_feature_documentation("weather.temp", "1.0.0")
    before = told.store.documentation.describe("weather.temp", at=3)

    assert older.version == "1.0.0"
    assert "recalibrated in spring" in older.content
    assert before.version == "1.0.0"
    assert [each.position for each in before.change_history] == [1, 2]
    assert "values" in {each.item for each in before.missing}


def test_rows_that_a_tag_calls_personal_are_not_shown(told: Told) -> None:
    times = pa.array([datetime(2026, 1, 5, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    rows = pa.table({"passenger": [4711], "event_time": times, "loyalty": [987654]})
    told.store.ingest("passengers", rows)

    documented = told.store.documentation.describe("passengers.loyalty")

    assert documented.examples == ()
    assert "4711" not in documented.content
    assert "987" not in documented.content
    assert "| rows | 1 |" in documented.content


def test_hostile_text_is_told_as_text(told: Told) -> None:
    documented = told.store.documentation.describe("weather.remark")

    outside = documented.content.split("```")
    assert all("<script" not in part for part in outside[::2])
    assert HARM in documented.examples[0]["rows"][0]["remark"] or "…" in documented.content


def test_what_is_not_there_is_named_with_what_is_near(told: Told) -> None:
    for name, version, near in (
        ("weather.tem", None, "weather.temp"),
        ("wether.temp", None, "weather"),
        ("weather.temp", "9.0.0", "weather.temp@1.0.1"),
    ):
        with pytest.raises(ft.NotFoundError, match=near):
            told.store.generate_feature_documentation(name, version)
    with pytest.raises(ft.InvalidInputError, match="another version"):
        told.store.generate_feature_documentation("weather.temp@1.0.0", "1.0.1")
    with pytest.raises(ft.InvalidNameError):
        told.store.generate_feature_documentation("no reference")


def test_definitions_may_say_anything_that_can_be_registered(database: Database) -> None:
    odd = [
        ft.Feature("long", "text", owner="x" * 501, tags=["t" * 600]),
        ft.Feature("lines", "text", "a\0b", owner="a\nb", tags=["", "a\tb", "a\0b"]),
        ft.Feature("family", "text", owner="Max\u00a0\N{MAN}\u200d\N{WOMAN}"),
    ]
    group = ft.FeatureGroup("odd", keys={"k": "text"}, owner="", features=odd)
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(group)
        long, lines, family = (
            store.generate_feature_documentation(f"odd.{each.name}") for each in odd
        )
        store.wait_until(store.position)
        found = store.audit.rows_at("feature_documentation").rows
    rows = {row["feature_name"]: row for row in found}

    assert (long.author, long.tags) == ("x" * 501, ("t" * 600,))
    assert (lines.author, lines.tags) == ("a\nb", ("a\tb", "a\N{REPLACEMENT CHARACTER}b"))
    assert "> a\N{REPLACEMENT CHARACTER}b" in lines.content
    for each in (long, lines, family):
        assert rows[each.feature_name]["author"] == each.author
        assert rows[each.feature_name]["content"] == each.content


def test_a_version_is_judged_by_what_is_of_its_own_values(database: Database) -> None:
    def group(dtype: str, version: str) -> ft.FeatureGroup:
        feature = ft.Feature("x", dtype, "What it is", version=version)
        return ft.FeatureGroup("g", keys={"k": "text"}, features=[feature])

    times = pa.array([datetime(2026, 1, 5, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC"))
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(group("float64", "1.0.0"), ft.FeatureSet("s", ["g.x"]), reason="first")
        store.ingest("g", pa.table({"k": ["a", "b"], "event_time": times, "x": [1.0, 2.0]}))
        store.check_feature_quality("g.x")
        store.quality.create_baseline("g", name="known")
        store.create_feature_snapshot("s", pa.table({"k": ["a"], "event_time": times[:1]}))
        store.register(group("float64", "1.0.1"), reason="no other values")
        store.register(group("text", "2.0.0"), reason="another type")
        old, same, other = (
            store.documentation.describe("g.x", each) for each in ("1.0.0", "1.0.1", "2.0.0")
        )
        store.track_feature_lineage("g.x", ["source sensor"])
        store.lineage.retire("g.x", reason="the sensor is gone")
        retired = store.documentation.describe("g.x")

    for each in (old, same):
        assert "| feature sets | s@1.0.0 |" in each.content
        assert "of 100, from" in each.content
        assert "baselines known" in each.content
    assert "| feature sets | – |" in other.content
    assert "| snapshots | – |" in other.content
    assert "Quality: not evaluated, it was never checked." in other.content
    assert "Drift: not evaluated, no baseline has it." in other.content
    assert {"quality check", "baseline", "values"} <= {each.item for each in other.missing}
    assert "is retired" in retired.content
    assert "is retired" not in other.content


@pytest.mark.tiers("embedded", "apache")
def test_the_read_side_holds_what_was_written(database: Database) -> None:
    group = ft.FeatureGroup(
        "odd", keys={"k": "int64"}, owner="me", features=[ft.Feature("Größe_µ", "float64")]
    )
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(group)
        times = pa.array([datetime(1678, 1, 1, tzinfo=UTC), datetime(2020, 12, 31, tzinfo=UTC)])
        values = pa.array([float("nan"), float("inf")])
        keys = pa.array([-(2**63), 2**63 - 1])
        store.ingest("odd", pa.table({"k": keys, "event_time": times, "Größe_µ": values}))
        documented = store.generate_feature_documentation("odd.Größe_µ")
        store.wait_until(store.position)
        [row] = store.audit.rows_at("feature_documentation").rows

    assert row["content"] == documented.content
    assert row["completeness_score"] == documented.completeness_score
    assert row["documentation_quality_score"] == documented.documentation_quality_score
    assert [each["Größe_µ"] for each in documented.examples[0]["rows"]] == ["inf", "nan"]
