"""``audit at``, ``diff``, ``row`` and the rest: their JSON, exit codes, what they refuse."""

import json

import psycopg
import pytest

from tests.cli.conftest import Run
from tests.engines.database import Database

SCHEMA_ROW = "feature_metadata"


def test_a_state_is_one_json_object(filled: Run) -> None:
    found = filled("audit", "at", "feature weather.temp", "--version", "1", "--json").json

    assert (found["subject"], found["version"]) == ("feature weather.temp", 1)
    assert found["state"]["dtype"] == "float64"
    assert (found["last"]["position"], found["last"]["reason"]) == (2, "first version")
    assert "recorded_at" in found["last"]


def test_the_registry_and_a_table_are_asked_by_the_same_command(filled: Run) -> None:
    registry = filled("audit", "at", "registry", "--position", "1", "--json").json
    table = filled("audit", "at", SCHEMA_ROW, "--feature", "weather.temp", "--json").json

    assert (list(registry["groups"]), registry["features"]) == (["weather"], {})
    assert {row["position"] for row in table["rows"]} == {2}
    assert "no row" in filled("audit", "at", SCHEMA_ROW, "--position", "0").out


def test_a_difference_is_a_finding_and_none_is_fine(filled: Run) -> None:
    changed = filled("audit", "diff", "registry", "1", "--json")
    same = filled("audit", "diff", "registry", "4", "2030-01-01T00:00:00Z", "--json")

    assert (changed.code, same.code) == (1, 0)
    assert changed.json["created"][0] == "feature weather.temp"
    assert same.json["equal"]
    assert "(new)" in filled("audit", "diff", "registry", "1").out
    assert "nothing changed" in filled("audit", "diff", "registry", "4").out


def test_a_row_names_its_events(filled: Run) -> None:
    row = filled("audit", "at", SCHEMA_ROW, "--json").json["rows"][0]

    origin = filled("audit", "row", SCHEMA_ROW, row["id"], "--json").json

    assert origin["made_by"]["position"] == row["position"]
    assert origin["row"]["metadata_key"] == row["metadata_key"]
    assert "made" in filled("audit", "row", SCHEMA_ROW, row["id"]).out


def test_the_log_is_cut_by_time_and_read_newest_first(filled: Run) -> None:
    def positions(*options: str) -> list[int]:
        return [
            each["position"] for each in filled("audit", "log", "--json", *options).json["events"]
        ]

    assert positions("--newest", "--limit", "2") == [5, 4]
    assert positions("--since", "2030-01-01T00:00:00Z") == []
    assert positions("--until", "2030-01-01T00:00:00Z", "--topic", "set.defined") == [4]
    assert positions("--until", "2", "--newest") == [2, 1]
    assert "--until 3" in filled("audit", "log", "--newest", "--limit", "2").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("at", "feature weather.tmp"), "did you mean 'weather.temp'"),
        (("at", "feature_metdata"), "no kind of subject"),
        (("at", "group weather", "--time", "2013-01-01 12:00"), "end it with Z for UTC"),
        (("at", "group weather", "--time", "yesterday"), "write it as 2013-05-01T12:00:00Z"),
        (("at", "group weather", "--time", "2013-01-01T12:00:00Z"), "did not exist at position 0"),
        (("at", "group weather", "--time", "0001-01-01T00:00:00+14:00"), "did not exist"),
        (("at", "group weather", "--position", "9"), "no position 9; there are '0 to 5'"),
        (("at", "group weather", "--version", "0"), "give a whole number from 1"),
        (("at", "group weather", "--version", "one"), "must read major.minor.patch"),
        (("at", "group weather", "--position", "1", "--time", "2030-01-01"), "two moments"),
        (("at", "group weather", "--id", "x"), "choose rows of a table"),
        (("at", "registry", "--version", "1"), "has no versions"),
        (("at", "group \0"), "NUL"),
        (("diff", "registry", "1.0.0"), "the registry has no versions"),
        (("diff", "registry", "3", "1"), "exchange them"),
        (("diff", "group weather", "-1"), "No such option"),
        (("diff", "group weather", "2013-01-01"), "has no time zone"),
        (("row", "feature_metadata", "x"), "give a UUID"),
        (("row", "feature_meta", "x"), "did you mean 'feature_metadata'"),
        (("log", "--stream", "group wether"), "did you mean 'weather'"),
        (("log", "--topic", "group.define"), "did you mean 'featuretrail.group.defined'"),
        (("log", "--since", "2013-01-01T00:00"), "has no time zone"),
        (("verify", "--skip", "read side"), "did you mean 'read-side'"),
    ],
)
def test_what_makes_no_sense_is_refused_with_advice(
    filled: Run, arguments: tuple[str, ...], message: str
) -> None:
    refused = filled("audit", *arguments)

    assert refused.code == 2
    assert message in refused.err
    assert refused.out == ""


def test_a_fault_is_named_with_what_it_affects_and_ends_with_1(
    filled: Run, database: Database
) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE featuretrail.events SET state = 'x' WHERE position = 2")

    verified = filled("audit", "verify", "--json")
    told = filled("audit", "verify", "--skip", "read-side").out
    shown = filled("audit", "show", "2")

    assert (verified.code, shown.code) == (1, 1)
    assert verified.json["faults"][0]["kind"] == "chain"
    assert "events 2 to 5, which the chain no longer certifies" in json.dumps(verified.json)
    assert "first fault\n  position  2\n  kind      chain\n" in told
    assert "read-side  it was left out on request" in told
    assert "cannot be read" in shown.out
    assert "UNREADABLE" in filled("audit", "log").out
