"""``db status``: what the database is, holds and lacks, on every engine and in every state."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from featuretrail.cli import app
from tests.cli.conftest import DEFINITIONS, WEATHER, Finished, Run
from tests.engines.database import Database
from tests.upgrades.conftest import restore
from tests.upgrades.dump import names

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

EDITIONS = {
    "embedded": "plain PostgreSQL",
    "apache": "TimescaleDB, Apache edition",
    "community": "TimescaleDB, Community edition",
}


def test_the_status_is_whole_on_every_engine(filled: Run, database: Database) -> None:
    status = filled("db", "status", "--json").json

    assert status["edition"] == EDITIONS[database.tier]
    assert status["missing"] == []
    assert status["waiting"] == []
    assert status["migrations"] | {"applied": 0} == {"applied": 0, "pending": [], "fault": None}
    assert status["log"]["bytes"] > 0
    assert status["pool"]["size"] == 80
    active = {each["name"]: each["active"] for each in status["capabilities"]}
    community = database.tier == "community"
    assert active == {
        "hypertables": database.timescale,
        "compression": community,
        "retention policies": community,
        "continuous aggregates": community,
        "jobs": False,
    }
    assert all(each["reason"] for each in status["capabilities"])
    [group] = status["groups"]
    assert (group["certified_rows"], group["removed_rows"], group["batches"]) == (3, 0, 1)
    assert group["hypertable"] == database.timescale
    assert group["first_event_time"] == "2013-01-01T06:00:00+00:00"
    assert group["last_event_time"] == "2013-01-01T07:00:00+00:00"
    assert group["bytes"] > 0


def test_the_retention_of_every_table_and_group_is_told_with_what_it_removed(
    run: Run, folder: Path
) -> None:
    (folder / "weather.toml").write_text(
        DEFINITIONS.replace('ttl = "6h"', 'ttl = "6h"\nretention = "30d"'), encoding="utf-8"
    )
    (folder / "weather.csv").write_text(WEATHER, encoding="utf-8")
    run("apply", "weather.toml")
    run("ingest", "weather", "weather.csv")
    before = run("db", "status", "--json").json
    removed = run("maintain", "--json").json["removed"]

    after = run("db", "status", "--json").json
    text = run("db", "status").out

    kept = {each["name"]: each for each in before["retention"]}
    assert len(kept) == 6
    assert {each["kind"] for each in kept.values()} == {"table", "group"}
    assert kept["feature_drift_detection"]["keep_days"] == 90
    assert kept["feature_metadata"]["keep_days"] is None
    assert kept["weather"] == {
        "kind": "group", "name": "weather", "keep_days": 30.0, "version": "1.0.0",
        "set_position": None, "horizon": None, "applied_position": None,
    }  # fmt: skip
    [gone] = removed
    [weather] = [each for each in after["retention"] if each["kind"] == "group"]
    assert (weather["horizon"], weather["applied_position"]) == (gone["horizon"], gone["position"])
    assert (after["groups"][0]["certified_rows"], after["groups"][0]["removed_rows"]) == (3, 1)
    assert re.search(r"group +weather +30 days +version 1\.0\.0 +20\d\d-", text)
    assert re.search(r"table +feature_metadata +for ever +the default", text)


def test_hypertables_are_told_with_their_chunks_and_compression(
    filled: Run, database: Database
) -> None:
    tables = {each["table"]: each for each in filled("db", "status", "--json").json["hypertables"]}

    if not database.timescale:
        assert tables == {}
        return
    assert len(tables) == 10
    values = tables["featuretrail_values.weather"]
    assert (values["time_column"], values["chunks"]) == ("event_time", 1)
    assert values["chunk_interval"].endswith("days")
    assert values["bytes"] > 0
    assert values["compression"]["ratio"] is None
    assert values["compression"]["reason"]


@pytest.mark.tiers("community")
def test_compressed_chunks_and_jobs_are_told(filled: Run, database: Database) -> None:
    with database.connect() as connection:
        connection.execute(
            "ALTER TABLE featuretrail_values.weather SET (timescaledb.compress, "
            "timescaledb.compress_segmentby = 'origin')"
        )
        job = connection.execute(
            "SELECT job_id FROM timescaledb_information.jobs "
            "WHERE hypertable_name = 'weather' AND proc_name = 'policy_compression'"
        ).fetchone()
        assert job is not None
        connection.execute(f"CALL run_job({job[0]})".encode())

    status = filled("db", "status", "--json").json
    text = filled("db", "status").out

    [values] = [each for each in status["hypertables"] if each["table"].endswith(".weather")]
    assert values["compressed_chunks"] == 1
    compression = values["compression"]
    assert compression["reason"] is None
    assert compression["ratio"] == pytest.approx(
        compression["uncompressed_bytes"] / compression["compressed_bytes"], abs=0.01
    )
    [told] = [each for each in status["jobs"] if each["table"] == "featuretrail_values.weather"]
    assert (told["failures"], told["every"]) == (0, "12 hours")
    assert told["procedure"].endswith("policy_compression")
    assert "to 1" in text
    assert "CALL run_job" in text


@pytest.mark.tiers("community")
def test_compression_that_waits_for_the_owner_is_told_until_it_is_set_up(
    filled: Run, database: Database
) -> None:
    with database.connect() as connection:  # what registering as a writer leaves
        connection.execute("SELECT remove_compression_policy('featuretrail_values.weather')")
        connection.execute(
            "ALTER TABLE featuretrail_values.weather SET (timescaledb.compress = false)"
        )
    waiting = _compression(filled, "featuretrail_values.weather")
    off = _compression(filled, "featuretrail.feature_lineage")

    filled("db", "migrate")

    assert waiting.startswith("it waits for the owner")
    assert "tune_values" in waiting
    assert off == "compression is off for this table"
    assert "on, and no chunk" in _compression(filled, "featuretrail_values.weather")


def test_without_the_read_side_the_rest_is_told(filled: Run, database: Database) -> None:
    with database.connect() as connection:
        connection.execute("DROP TABLE featuretrail.dead_letters, featuretrail.generations CASCADE")

    status = filled("db", "status", "--json")
    text = filled("db", "status")

    assert (status.code, text.code) == (0, 0)
    assert status.json["projections"] is None
    assert [each["section"] for each in status.json["missing"]] == ["projections"]
    assert "featuretrail.generations" in status.json["missing"][0]["reason"]
    assert status.json["groups"][0]["certified_rows"] == 3
    assert "projections" in text.out.partition("missing")[2]


def test_a_database_that_nobody_migrated_says_so(folder: object, empty_database: Database) -> None:
    status = at(empty_database, "--json")

    assert folder is not None
    assert status.code == 0
    assert status.json["edition"] == EDITIONS[empty_database.tier]
    assert "featuretrail db migrate" in status.json["migrations"]["fault"]
    assert status.json["log"] is None
    assert {each["section"] for each in status.json["missing"]} >= {"registry", "log"}
    assert "featuretrail db migrate" in at(empty_database).out


def test_a_database_of_an_earlier_release_is_told_and_what_waits(
    folder: object, empty_database: Database
) -> None:
    restore(empty_database, names()[0])
    before = at(empty_database, "--json").json

    with_text = at(empty_database)
    migrated = CliRunner().invoke(app, ["db", "migrate", "--url", empty_database.url])

    assert folder is not None
    assert migrated.exit_code == 0
    assert before["migrations"]["pending"][0] == "0050_make_hypertable"
    assert "older than this library" in before["migrations"]["fault"]
    assert {each["name"]: each["hypertable"] for each in before["groups"]} == {
        "flights": False,
        "weather": False,
    }
    assert "run featuretrail db migrate" in with_text.out
    assert at(empty_database, "--json").json["waiting"] == []


@pytest.mark.tiers("apache")
def test_plain_tables_wait_for_the_next_migrate(filled: Run, database: Database) -> None:
    with database.connect() as connection:
        connection.execute(
            "CREATE TABLE featuretrail_values.later "
            "(LIKE featuretrail_values.weather INCLUDING ALL)"
        )

    waiting = filled("db", "status", "--json").json["waiting"]

    assert [each["table"] for each in waiting] == ["featuretrail_values.later"]
    assert "featuretrail db migrate" in waiting[0]["reason"]


@pytest.mark.usefixtures("filled")
@pytest.mark.tiers("embedded", "apache")
def test_what_a_role_may_not_read_is_left_out_and_said(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE ROLE status_stranger LOGIN")
        try:
            url = database.url.replace("postgres@", "status_stranger@", 1)
            result = CliRunner().invoke(app, ["db", "status", "--json", "--url", url])
            status: Any = Finished(result.exit_code, result.stdout, result.stderr).json
        finally:
            connection.execute("DROP ROLE status_stranger")

    assert result.exit_code == 0
    assert status["log"] is None
    assert status["edition"] == EDITIONS[database.tier]
    reasons = {each["section"]: each["reason"] for each in status["missing"]}
    assert "permission denied" in reasons["log"]


def _compression(run: Run, table: str) -> str:
    tables = run("db", "status", "--json").json["hypertables"]
    [reason] = [each["compression"]["reason"] for each in tables if each["table"] == table]
    return str(reason)


def at(database: Database, *options: str) -> Finished:
    result = CliRunner().invoke(
        app, ["db", "status", "--url", database.url, *options], catch_exceptions=False
    )
    return Finished(result.exit_code, result.stdout, result.stderr)
