"""``audit`` and ``db``: what happened, whether it holds, what the database is."""

from pathlib import Path

from typer.testing import CliRunner

from featuretrail.cli import app
from tests.cli.conftest import SPINE, Finished, Run
from tests.engines.database import Database


def test_the_log_lists_events_with_who_and_why(filled: Run) -> None:
    events = filled("audit", "log", "--json").json["events"]

    assert [event["position"] for event in events] == [1, 2, 3, 4, 5]
    assert events[0]["topic"] == "featuretrail.group.defined"
    assert events[0]["subject"] == "group weather@1.0.0"
    assert (events[0]["actor"], events[0]["reason"]) == ("ann", "first version")


def test_the_log_is_read_in_parts_and_by_subject_and_actor(filled: Run) -> None:
    def positions(*options: str) -> list[int]:
        events = filled("audit", "log", "--json", *options).json["events"]
        return [event["position"] for event in events]

    assert positions("--after", "3") == [4, 5]
    assert positions("--limit", "2") == [1, 2]
    assert positions("--actor", "ann") == [1, 2, 3, 4]
    assert positions("--stream", "feature weather.temp") == [2]
    assert "--after 2" in filled("audit", "log", "--limit", "2").out


def test_one_event_is_shown_whole(filled: Run) -> None:
    event = filled("audit", "show", "2", "--json").json

    assert event["subject"] == "feature weather.temp@1.0.0"
    assert event["event"]["definition"]["dtype"] == "float64"
    assert "featuretrail.feature.defined" in filled("audit", "show", "2").out


def test_a_sound_log_verifies(filled: Run) -> None:
    verified = filled("audit", "verify", "--json")

    assert verified.code == 0, verified.err
    assert (verified.json["ok"], verified.json["events"]) == (True, 5)
    assert verified.json["faults"] == []


def test_a_fault_that_affects_much_names_the_first_and_counts_the_rest(
    filled: Run, folder: Path, database: Database
) -> None:
    (folder / "spine.csv").write_text(SPINE, encoding="utf-8")
    for _ in range(12):
        assert filled("snapshot", "create", "departure_delay", "spine.csv").code == 0
    with database.connect() as connection:
        connection.execute("DELETE FROM featuretrail.blobs")

    told = filled("audit", "verify", "--skip", "read-side")
    listed = filled("audit", "verify", "--skip", "read-side", "--json").json["faults"]

    assert told.code == 1
    assert "snapshot departure_delay@1.9.0; and 2 more\n" in told.out
    assert len(listed) == len(listed[0]["affects"]) == 12


def test_the_status_says_what_is_active_and_why_not(filled: Run) -> None:
    status = filled("db", "status", "--json").json

    assert status["timescaledb"] is None
    assert status["migrations"]["pending"] == []
    assert status["log"]["position"] == 5
    assert status["counts"] | {} == {
        "groups": 1,
        "features": 2,
        "sets": 1,
        "snapshots": 0,
        "batches": 1,
    }
    assert [(group["name"], group["certified_rows"]) for group in status["groups"]] == [
        ("weather", 3)
    ]
    assert all(each["reason"] for each in status["capabilities"])
    assert "hypertables" in filled("db", "status").out


def test_an_unmigrated_database_says_how_to_migrate_and_migrating_is_idempotent(
    folder: object, empty_database: Database
) -> None:
    def run(*arguments: str) -> Finished:
        result = CliRunner().invoke(app, ["--url", empty_database.url, *arguments])
        return Finished(result.exit_code, result.stdout, result.stderr)

    refused = run("group", "list")
    first = run("db", "migrate", "--json")
    second = run("db", "migrate", "--json")

    assert folder is not None
    assert refused.code == 3
    assert "featuretrail db migrate" in refused.err
    assert first.code == second.code == 0
    assert first.json["applied"]
    assert second.json == {"ok": True, "applied": [], "moved": [], "read_side": None}
    assert run("group", "list").code == 0
