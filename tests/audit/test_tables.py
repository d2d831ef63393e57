"""The tables of the read side as they were, folded from the log; and the events behind a row."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from psycopg import sql
from psycopg.rows import dict_row

import featuretrail as ft
from featuretrail.domain.errors import InvalidInputError, NaiveTimeError, NotFoundError
from featuretrail.projections.read_models import READ_MODELS
from tests.audit.story import EVENTS, INCIDENT, UNKNOWN, Story

TABLES = [model.table for model in READ_MODELS]
TIERS = pytest.mark.tiers("embedded", "apache", "community")


def stored(story: Story, schema: str, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table as the database holds them, in the order they were made."""
    statement = sql.SQL("SELECT * FROM {} ORDER BY position").format(sql.Identifier(schema, table))
    with story.database.connection() as connection:
        return connection.cursor(row_factory=dict_row).execute(statement).fetchall()


def ordered(rows: Any) -> list[dict[str, Any]]:
    return sorted((dict(row) for row in rows), key=lambda row: (row["position"], row["id"]))


@TIERS
def test_every_table_at_a_position_is_that_of_a_copy_built_until_it(story: Story) -> None:
    for position in (0, 13, EVENTS):
        schema = f"as_of_{position}"
        story.store.projections.rebuild(until=position, into=schema)
        for table in TABLES:
            found = story.store.audit.rows_at(table, position)
            assert ordered(found.rows) == ordered(stored(story, schema, table)), table
            assert found.to_arrow().num_rows == len(found.rows)


@pytest.mark.parametrize(
    ("table", "choice", "made_by"),
    [
        ("feature_metadata", {"feature": "weather.sky"}, {3}),
        ("feature_metadata", {"id": "c0ffee00-0000-4000-8000-000000000012"}, {15}),
        ("feature_metadata", {"feature": "weather.nothing"}, set()),
        ("feature_snapshot_versions", {"feature": "weather.temp"}, {6}),
        ("feature_snapshot_versions", {"feature": "weather.dew"}, set()),
        ("feature_snapshot_versions", {"snapshot": "delay@1.0.0"}, {6}),
        ("feature_drift_detection", {"snapshot": "delay@1.0.0"}, {12}),
        ("feature_drift_detection", {"id": INCIDENT, "feature": "weather.sky"}, set()),
        ("feature_consistency_checks", {"snapshot": "delay@1.0.0"}, {16}),
        ("feature_performance_metrics", {"snapshot": "delay@1.0.0"}, {17}),
        ("feature_lineage", {"feature": "weather.dew"}, {7}),
        ("feature_documentation", {"feature": "weather.temp"}, {8}),
    ],
)
def test_rows_are_chosen_by_feature_snapshot_or_id(
    past: Story, table: str, choice: dict[str, Any], made_by: set[int]
) -> None:
    rows = past.store.audit.rows_at(table, **choice).rows

    assert {row["position"] for row in rows} == made_by


def test_a_row_is_as_it_was_then(past: Story) -> None:
    def resolved(at: int) -> Any:
        [row] = past.store.audit.rows_at("feature_drift_detection", at).rows
        return row["acknowledged_by"], row["action_taken"], row["last_position"]

    assert past.store.audit.rows_at("feature_drift_detection", 11).rows == ()
    assert resolved(12) == (None, None, 12)
    assert resolved(13) == ("ben", None, 13)
    assert resolved(14) == ("ben", "sensor replaced", 14)


def test_rows_come_as_arrow_with_the_types_of_the_table(past: Story) -> None:
    table = past.store.audit.rows_at("feature_snapshot_versions").to_arrow()

    assert table.schema.field("created_at").type == pa.timestamp("us", tz="UTC")
    assert table["features"].to_pylist() == [["weather.temp", "weather.sky"]]
    assert table["metadata"].to_pylist() == ["{}"]
    assert table.schema.field("quality_score").type == pa.float64()
    assert past.store.audit.rows_at("feature_lineage", 0).to_arrow().num_rows == 0
    frame = past.store.audit.rows_at("feature_metadata").to_pandas()
    assert len(frame) == len(past.store.audit.rows_at("feature_metadata").rows)
    assert frame["metadata_value"][0] == '"float64"'


def test_a_table_as_of_then_is_a_json_object(past: Story) -> None:
    whole = past.store.audit.rows_at("feature_drift_detection", 12).to_dict()

    assert (whole["table"], whole["at"], whole["dead_letters"]) == (
        "feature_drift_detection",
        12,
        [],
    )
    assert whole["rows"][0]["id"] == str(INCIDENT)
    assert datetime.fromisoformat(whole["rows"][0]["detected_at"]).utcoffset() is not None


@pytest.mark.parametrize(
    ("question", "error", "message"),
    [
        ({"table": "feature_metdata"}, NotFoundError, "did you mean 'feature_metadata'"),
        ({"table": 'x"; DROP TABLE y'}, NotFoundError, "no table of the read side"),
        ({"table": 3}, NotFoundError, "no table of the read side 3"),
        ({"table": "feature_metadata", "snapshot": "a@1.0.0"}, InvalidInputError, "no snapshots"),
        (
            {"table": "feature_consistency_checks", "feature": "a.b"},
            InvalidInputError,
            "no features",
        ),
        ({"table": "feature_metadata", "id": "x'y"}, InvalidInputError, "give a UUID"),
        ({"table": "feature_metadata", "id": 3}, InvalidInputError, "the id is 3"),
        ({"table": "feature_metadata", "feature": "a\0b"}, InvalidInputError, "NUL"),
        ({"table": "feature_metadata", "at": 23}, NotFoundError, "no position 23"),
        (
            {"table": "feature_metadata", "at": datetime(2025, 1, 1)},  # noqa: DTZ001
            NaiveTimeError,
            "attach one",
        ),
    ],
)
def test_a_question_about_rows_that_makes_no_sense_is_an_error(
    past: Story, question: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        past.store.audit.rows_at(**question)
    assert message in str(caught.value)


@pytest.mark.tiers("embedded")
def test_an_event_that_cannot_be_taken_in_is_a_dead_letter_here_as_in_a_copy(story: Story) -> None:
    with story.database.transaction() as connection:
        connection.execute("ALTER TABLE featuretrail.events DISABLE TRIGGER USER")
        connection.execute("UPDATE featuretrail.events SET state = 'x' WHERE position = 12")
    story.store.projections.rebuild(into="now")

    found = story.store.audit.rows_at("feature_drift_detection")

    assert (found.rows, found.dead_letters) == ((), (12, 13, 14))
    assert stored(story, "now", "feature_drift_detection") == []


@TIERS
def test_a_row_names_the_event_that_made_it_and_those_that_revised_it(story: Story) -> None:
    story.store.projections.catch_up()
    for table in TABLES:
        for row in stored(story, "featuretrail", table):
            origin = story.store.audit.row(table, row)
            assert origin.row == row
            assert origin.made_by.position == row["position"]
            events = [origin.made_by, *origin.revised_by]
            assert events[-1].position == row["last_position"]


def test_an_origin_says_who_when_and_why_and_which_event_gave_a_column_its_value(
    past: Story,
) -> None:
    origin = past.store.audit.row("feature_drift_detection", str(INCIDENT))

    assert (origin.made_by.position, origin.made_by.actor) == (12, "anna")
    assert [(each.position, each.reason) for each in origin.revised_by] == [
        (13, "second look"),
        (14, "second look"),
    ]
    assert origin.columns["drift_score"] == 12
    assert origin.columns["acknowledged_by"] == 13
    assert origin.columns["action_taken"] == 14
    assert origin.to_dict()["id"] == str(INCIDENT)


@pytest.mark.tiers("embedded")
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE featuretrail.feature_drift_detection SET position = 3",
        "UPDATE featuretrail.feature_drift_detection SET position = 9999",
        "DELETE FROM featuretrail.feature_drift_detection",
        "DROP TABLE featuretrail.feature_drift_detection CASCADE",
    ],
)
def test_an_origin_does_not_rest_on_what_the_live_table_says(story: Story, damage: str) -> None:
    story.store.projections.catch_up()
    with story.database.connection() as connection:
        connection.execute(sql.SQL(damage))

    assert story.store.audit.row("feature_drift_detection", INCIDENT).made_by.position == 12


@pytest.mark.parametrize(
    ("table", "row", "error", "message"),
    [
        ("feature_drift_detection", UNKNOWN, NotFoundError, "no event that made a row"),
        ("feature_lineage", INCIDENT, NotFoundError, "no event that made a row"),
        ("feature_drift", INCIDENT, NotFoundError, "did you mean 'feature_drift_detection'"),
        ("feature_lineage", "x", InvalidInputError, "give a UUID"),
        ("feature_lineage", {}, InvalidInputError, "the id is None"),
    ],
)
def test_a_row_that_no_event_made_is_an_error(
    past: Story, table: str, row: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        past.store.audit.row(table, row)
    assert message in str(caught.value)


@pytest.mark.tiers("embedded")
def test_a_missing_table_cannot_say_which_columns_it_had(story: Story) -> None:
    with story.database.connection() as connection:
        connection.execute("DROP TABLE featuretrail.feature_lineage")

    with pytest.raises(ft.SchemaError, match="feature_lineage"):
        story.store.audit.rows_at("feature_lineage")
