"""``ingest`` and ``retract``: files become batches, once."""

from pathlib import Path

import pytest

from tests.cli.conftest import WEATHER, Run


def write(folder: Path, text: str | bytes, name: str = "weather.csv") -> None:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)


def events(run: Run) -> int:
    return len(run("audit", "log", "--json").json["events"])


def test_a_file_becomes_one_batch_with_a_receipt(defined: Run, folder: Path) -> None:
    write(folder, WEATHER)

    stored = defined("ingest", "weather", "weather.csv", "--json", "--reason", "backfill")

    assert stored.code == 0, stored.err
    [receipt] = stored.json["receipts"]
    assert receipt["file"] == "weather.csv"
    assert (receipt["rows"], receipt["batch"], receipt["position"]) == (3, 1, 5)
    assert receipt["repeated"] is False
    event = defined("audit", "show", "5", "--json").json
    assert event["reason"] == "backfill"
    assert event["event"]["source"] == "weather.csv"


def test_repeating_a_run_stores_nothing_twice(filled: Run, folder: Path) -> None:
    write(folder, "origin,event_time,temp,wind_speed\nLGA,2013-01-01T06:00:00Z,40,3\n", "b.csv")

    again = filled("ingest", "weather", "weather.csv", "b.csv", "--json")

    first, second = again.json["receipts"]
    assert (first["batch"], first["repeated"]) == (1, True)
    assert (second["batch"], second["repeated"]) == (2, False)


def test_a_file_read_otherwise_is_another_request(filled: Run) -> None:
    again = filled("ingest", "weather", "weather.csv", "--json", "--on-duplicate", "last")

    assert [receipt["batch"] for receipt in again.json["receipts"]] == [2]


def test_an_idempotency_key_belongs_to_one_file(filled: Run, folder: Path) -> None:
    write(folder, WEATHER, "b.csv")

    several = filled("ingest", "weather", "weather.csv", "b.csv", "--idempotency-key", "k")
    first = filled("ingest", "weather", "weather.csv", "--idempotency-key", "k", "--json")
    again = filled("ingest", "weather", "weather.csv", "--idempotency-key", "k", "--json")

    assert several.code == 2
    assert "--idempotency-key" in several.err
    assert first.json["receipts"][0]["repeated"] is False
    assert again.json["receipts"][0]["repeated"] is True


def test_naive_times_are_stored_as_the_zone_says(defined: Run, folder: Path) -> None:
    write(folder, "origin,event_time,temp,wind_speed\nEWR,2013-01-01 01:00:00,40,3\n")

    refused = defined("ingest", "weather", "weather.csv")
    stored = defined("ingest", "weather", "weather.csv", "--timezone", "America/New_York")

    assert refused.code == 2
    assert "--timezone" in refused.err
    assert stored.code == 0, stored.err
    event = defined("audit", "show", "5", "--json").json["event"]
    assert event["first_event_time"].startswith("2013-01-01T06:00:00")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"origin,event_time,temp,wind_speed\n\xff,2013-01-01T06:00:00Z,1,1\n", "--encoding"),
        ("origin,event_time,temp\nEWR,2013-01-01T06:00:00Z,1\n", "wind_speed"),
        ("origin,event_time,temp,wind_speed\n,2013-01-01T06:00:00Z,1,1\n", "origin"),
        ("origin,event_time,temp,wind_speed\nEWR,,1,1\n", "event_time"),
        ("origin,event_time,temp,wind_speed\nEWR,2013-01-01T06:00:00Z,warm,1\n", "warm"),
        ("origin,origin,event_time,temp,wind_speed\na,b,2013-01-01T06:00:00Z,1,1\n", "origin"),
        (WEATHER + "EWR,2013-01-01T06:00:00Z,1,1\n", "EWR"),
        (b"", "Empty CSV"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_written(
    defined: Run, folder: Path, content: str | bytes, named: str
) -> None:
    write(folder, content)

    refused = defined("ingest", "weather", "weather.csv")

    assert refused.code == 2
    assert named in refused.err
    assert "nothing was stored" in refused.out
    assert events(defined) == 4


def test_files_before_a_bad_one_are_stored_and_reported(defined: Run, folder: Path) -> None:
    write(folder, WEATHER)

    stopped = defined("ingest", "weather", "weather.csv", "absent.csv", "--json")

    assert stopped.code == 2
    assert "absent.csv" in stopped.err
    assert [receipt["file"] for receipt in stopped.json["receipts"]] == ["weather.csv"]


def test_an_unknown_group_is_refused_before_the_file_is_read(defined: Run) -> None:
    refused = defined("ingest", "wether", "absent.csv")

    assert refused.code == 2
    assert "did you mean 'weather'" in refused.err


def test_a_retraction_is_recorded_with_its_reason(filled: Run) -> None:
    retracted = filled(
        *("retract", "weather", "--key", "origin=EWR", "--from", "2013-01-01T07:00:00Z"),
        *("--reason", "sensor fault", "--json"),
    )

    assert retracted.code == 0, retracted.err
    assert retracted.json["batch"] == 2
    event = filled("audit", "show", str(retracted.json["position"]), "--json").json
    assert event["reason"] == "sensor fault"
    assert event["event"]["keys"] == [{"origin": "EWR"}]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--key", "origin", "--from", "2013-01-01T07:00:00Z"), "column=value"),
        (("--key", "city=X", "--from", "2013-01-01T07:00:00Z"), "--key origin=..."),
        (("--key", "origin=X", "--from", "2013-01-01T07:00:00"), "no time zone"),
        (("--key", "origin=X", "--from", "noon"), "is no time"),
        (("--from", "2013-01-01T07:00:00Z"), "--key"),
    ],
)
def test_an_unclear_retraction_is_refused(
    filled: Run, options: tuple[str, ...], named: str
) -> None:
    refused = filled("retract", "weather", *options, "--reason", "why")

    assert refused.code == 2
    assert named in refused.err
    assert events(filled) == 5
