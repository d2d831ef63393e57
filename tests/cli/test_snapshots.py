"""``snapshot``: created from a spine file, proven, compared, exported."""

from pathlib import Path

import pyarrow.parquet as pa_parquet
import pytest

from tests.cli.conftest import DEFINITIONS, SPINE, WEATHER, Run
from tests.engines.database import Database

FIRST, SECOND = "departure_delay@1.0.0", "departure_delay@1.1.0"


def test_a_snapshot_is_created_from_a_spine_file(filled: Run) -> None:
    created = filled("snapshot", "create", "departure_delay", "spine.csv", "--json")

    assert created.code == 0, created.err
    assert created.json["snapshot_id"] == FIRST
    assert (created.json["rows"], created.json["position"]) == (3, 5)
    assert filled("snapshot", "list", "--json").json["snapshots"] == [created.json]
    assert filled("snapshot", "list", "--set", "other", "--json").json == {"snapshots": []}


def test_a_snapshot_as_known_then_has_the_digest_of_then(frozen_twice: Run) -> None:
    known = frozen_twice(
        "snapshot", "create", "departure_delay", "spine.csv", "--known-at", "5", "--json"
    )

    first, second, third = frozen_twice("snapshot", "list", "--json").json["snapshots"]
    assert known.json["digest"] == third["digest"] == first["digest"] != second["digest"]


def test_the_manifest_is_shown(frozen_twice: Run) -> None:
    shown = frozen_twice("snapshot", "show", FIRST, "--json").json

    assert shown["snapshot_id"] == FIRST
    assert [feature["reference"] for feature in shown["features"]] == [
        "weather.temp@1.0.0",
        "weather.wind_speed@1.0.0",
    ]


def test_a_snapshot_is_exported_as_parquet(frozen_twice: Run, folder: Path) -> None:
    exported = frozen_twice("snapshot", "export", FIRST, "out.parquet", "--json")

    assert exported.code == 0, exported.err
    table = pa_parquet.read_table(folder / "out.parquet")
    assert table["flight"].to_pylist() == [1, 2, 3]
    assert table["temp"].to_pylist() == [39.9, 39.5, None]
    assert exported.json["path"] == "out.parquet"


def test_an_export_to_nowhere_is_refused(frozen_twice: Run) -> None:
    refused = frozen_twice("snapshot", "export", FIRST, "no/such/folder/out.parquet")

    assert refused.code == 2
    assert "cannot be written" in refused.err


def test_a_sound_snapshot_verifies(frozen_twice: Run) -> None:
    verified = frozen_twice("snapshot", "verify", FIRST, "--json")

    assert verified.code == 0, verified.err
    assert verified.json["ok"] is True


def test_a_snapshot_whose_values_were_tampered_with_is_a_finding(
    frozen_twice: Run, database: Database
) -> None:
    with database.connect() as connection:
        connection.execute("UPDATE featuretrail_values.weather SET temp = 0 WHERE origin = 'EWR'")

    verified = frozen_twice("snapshot", "verify", FIRST, "--json")
    audited = frozen_twice("audit", "verify", "--json")

    assert (verified.code, audited.code) == (1, 1)
    assert verified.json["ok"] is False
    assert verified.json["stored_ok"] is True
    assert verified.json["rederived_ok"] is False
    assert audited.json["faults"]
    assert frozen_twice("audit", "verify").code == 1
    assert "does NOT hold" in frozen_twice("snapshot", "verify", FIRST).out


def test_a_snapshot_whose_values_retention_removed_is_no_finding(run: Run, folder: Path) -> None:
    kept = DEFINITIONS.replace('ttl = "6h"', 'ttl = "6h"\nretention = "30d"')
    for name, text in {"d.toml": kept, "weather.csv": WEATHER, "spine.csv": SPINE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    run("apply", "d.toml")
    run("ingest", "weather", "weather.csv")
    run("snapshot", "create", "departure_delay", "spine.csv")
    run("maintain")

    verified = run("snapshot", "verify", FIRST, "--json")
    told = run("snapshot", "verify", FIRST).out

    assert verified.code == 0, verified.err
    assert (verified.json["ok"], verified.json["proven"]) == (True, False)
    assert "retention removed values of 'weather'" in verified.json["not_evaluated"]
    assert "holds as it is stored; that it follows from the values was not evaluated" in told


def test_snapshots_that_differ_are_a_finding_with_the_difference(frozen_twice: Run) -> None:
    differing = frozen_twice("snapshot", "diff", FIRST, SECOND, "--json")
    same = frozen_twice("snapshot", "diff", FIRST, FIRST, "--json")

    assert (differing.code, same.code) == (1, 0), differing.err + same.err
    assert differing.json["equal"] is False
    assert differing.json["changed_cells"]["temp"] == 1
    assert same.json["equal"] is True


@pytest.mark.parametrize(
    ("spine", "named"),
    [
        ("origin,when\nEWR,2013-01-01T07:30:00Z\n", "event_time"),
        ("event_time\n2013-01-01T07:30:00Z\n", "origin"),
        ("origin,event_time\nEWR,2013-01-01T07:30:00\n", "--timezone"),
        ("origin,event_time\nEWR,\n", "event_time"),
        ("", "Empty CSV"),
    ],
)
def test_a_bad_spine_is_refused_and_no_snapshot_is_made(
    filled: Run, folder: Path, spine: str, named: str
) -> None:
    (folder / "bad.csv").write_text(spine, encoding="utf-8")

    refused = filled("snapshot", "create", "departure_delay", "bad.csv")

    assert refused.code == 2
    assert named in refused.err
    assert filled("snapshot", "list", "--json").json == {"snapshots": []}


def test_a_version_is_never_overwritten(frozen_twice: Run, folder: Path) -> None:
    (folder / "spine.csv").write_text(SPINE, encoding="utf-8")

    refused = frozen_twice(
        "snapshot", "create", "departure_delay", "spine.csv", "--version", "1.0.0"
    )

    assert refused.code == 2
    assert "never overwritten" in refused.err
