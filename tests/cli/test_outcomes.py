"""The command line records and lists outcomes, in JSON and with its exit codes."""

from pathlib import Path

import featuretrail as ft
from tests.cli.conftest import Run
from tests.engines.database import Database

LANDINGS = """origin,event_time,arr_delay,judged_time,weather.temp
EWR,2013-01-01T09:00:00Z,12,2013-01-01T07:30:00Z,39.9
JFK,2013-01-01T09:30:00Z,NaN,2013-01-01T06:15:00Z,
"""


def test_outcomes_are_recorded_listed_and_counted(
    filled: Run, folder: Path, database: Database
) -> None:
    with ft.connect(database.url, serve_log=1.0) as store:
        arrivals = ft.Feature("arr_delay", "float64")
        store.register(ft.FeatureGroup("flights", keys={"origin": "text"}, features=[arrivals]))
        store.get_online_features("weather.temp", {"origin": ["EWR"]})
    assert filled("snapshot", "create", "departure_delay", "spine.csv").code == 0
    (folder / "landings.csv").write_text(LANDINGS, "utf-8")
    record = ("outcomes", "record", "landings.csv", "--label", "flights.arr_delay", "--json")

    receipt = filled(*record, "--snapshot", "departure_delay@1.0.0").json
    assert (receipt["rows"], receipt["judged"], receipt["retried"]) == (2, 2, False)
    again = filled(*record, "--snapshot", "departure_delay@1.0.0").json
    assert (again["rows"], again["repeated"], again["position"]) == (0, 2, None)

    listed = filled("outcomes", "list", "--json").json["outcomes"]
    assert [each["value"] for each in listed] == [12.0, "NaN"]
    assert listed[0]["seen"] == {"weather.temp@1.0.0": 39.9}
    assert listed[0]["judged_time"] == "2013-01-01T07:30:00Z"
    assert filled("outcomes", "list", "--since", "2014-01-01T00:00:00Z").out == "no outcome\n"
    [label] = filled("outcomes", "coverage", "departure_delay@1.0.0", "--json").json["labels"]
    assert (label["with_outcome"], label["share"]) == (2, 0.6667)
    [row] = filled("outcomes", "served", "weather.temp", "--json").json["served"]
    assert (row["origin"], row["weather.temp__status"]) == ("EWR", "expired")
    status = filled("db", "status", "--json").json["served_log"]
    assert (status["rows"], status["dropped"]) == (1, 0)

    (folder / "landings.csv").write_text(LANDINGS.replace(",12,", ",13,"), "utf-8")
    conflict = filled(*record, "--snapshot", "departure_delay@1.0.0")
    assert (conflict.code, conflict.out) == (2, "")
    assert "13.0 is given, 12.0 holds" in conflict.err
    for wrong in (
        (*record, "--snapshot", "departure_delay@7.0.0"),
        (*record, "--on-conflict", "last"),
        ("outcomes", "record", "nowhere.csv", "--label", "flights.arr_delay"),
        ("outcomes", "list", "--label", "flights.dep_delay"),
        ("outcomes", "coverage", "nothing@1.0.0"),
        ("outcomes", "list", "--holds"),
        ("outcomes", "served", "weather.hum"),
    ):
        assert filled(*wrong).code == 2, wrong
