"""``alerts`` and ``monitor`` as programs read them, and the loop as a process."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import featuretrail as ft
from tests.alerts.receivers import receiver
from tests.cli.conftest import Finished, Run, finish, start
from tests.engines.database import Database

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


def test_every_reading_command_of_watching_speaks_json(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert filled("alerts", "rules", "--json").json == []
    assert filled("monitor", "list", "--json").json == []
    before = filled("db", "status", "--json").json
    assert before["alerts"] == {
        "rules": 0, "waiting": 0, "failing": 0, "given_up": 0, "oldest_waiting": None,
        "troubles": [],
    }  # fmt: skip
    assert before["monitors"] == {"scheduled": 0, "stale": []}
    assert "alerts" not in filled("db", "status").out

    monkeypatch.setenv("FEATURETRAIL_ALERT_OPS_HOOK", "webhook+http://127.0.0.1:1/x#whsec_no")
    made = filled("alerts", "set", "all", "--to", "ops-hook", "--once-in", "6h", "--json").json
    assert (made["once_in_seconds"], made["destinations"]) == (21_600.0, ["ops-hook"])
    assert filled("alerts", "rules", "--json").json == [made]
    day = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    schedule = ("monitor", "schedule", "w", "group weather", "--every", "1h", "--missed", "skip")
    scheduled = filled(*schedule, "--starts-at", day, "--json").json
    assert filled("monitor", "list", "--json").json == [scheduled]
    sent = filled("alerts", "send", "--json")
    assert (sent.code, sent.json["raised"], sent.json["waiting"]) == (1, 1, 1)
    [failed] = sent.json["failed"]
    assert "24 to 64 random bytes" in failed["error"]

    status, text = filled("db", "status", "--json").json, filled("db", "status").out
    assert status["alerts"]["failing"] == 1
    assert [each["alert"] for each in status["alerts"]["troubles"]] == [failed["alert_id"]]
    assert [each["monitor"] for each in status["monitors"]["stale"]] == ["w"]
    assert "alerts not delivered" in text
    assert "stale monitors" in text
    listed = filled("alerts", "list", "--json")
    assert (listed.code, listed.json["status"]["waiting"]) == (0, 1)
    assert listed.json["alerts"][0]["told_by"] is None
    tested = filled("alerts", "test", "ops-hook", "--json")
    assert (tested.code, tested.out) == (2, "")
    refused = filled("alerts", "retry", failed["alert_id"], "--json")
    assert refused.code == 2
    assert "only what was given up" in refused.err
    noticed = filled("alerts", "acknowledge", failed["alert_id"], "--json").json
    assert noticed == {"acknowledged": failed["alert_id"]}

    done = filled("monitor", "run", "--once", "--json").json
    assert [each["name"] for each in done["runs"]] == ["w"]
    assert filled("monitor", "list", "--json").json[0]["last"] == done["runs"][0]
    assert filled("monitor", "unschedule", "w", "--json").json == {"unscheduled": "w"}
    assert filled("alerts", "remove", "all", "--json").json == {"removed": "all"}


def test_what_was_given_up_is_retried_by_its_id(
    filled: Run, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    with ft.connect(database.url, artifacts="database:", actor="ann") as store:
        store.alerts.set_rule("all", ["ops-hook"], kinds=["monitor"])
        now = datetime.now(UTC)
        store.monitor.schedule("w", "group weather", every=timedelta(hours=1), starts_at=now)
        now += timedelta(days=1)
        while store.alerts.send_due(now).waiting:
            now += timedelta(hours=2)
    lost = filled("alerts", "list", "--json")
    [facts] = lost.json["alerts"]
    assert (lost.code, facts["status"]) == (1, "given up")
    with receiver() as hook:
        monkeypatch.setenv("FEATURETRAIL_ALERT_OPS_HOOK", hook.address)
        [again] = filled("alerts", "retry", facts["alert_id"], "--json").json["alerts"]
        filled("alerts", "send")
    assert again["alert_id"] in {each["id"] for each in hook.taken}
    assert filled("alerts", "list").code == 0


def test_the_loop_checks_what_is_due_and_stops_on_a_signal(
    filled: Run, folder: Path, database: Database
) -> None:
    day = (datetime.now(UTC) - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    filled("monitor", "schedule", "w", "group weather", "--every", "1d", "--starts-at", day)
    process = start(["monitor", "run", "--url", database.url], folder)
    assert process.stderr is not None
    line = process.stderr.readline()

    process.send_signal(signal.SIGTERM)
    ended: Finished = finish(process)

    assert line.startswith("w: window until ")
    assert (ended.code, ended.out) == (0, "")
    assert "Traceback" not in ended.err
    assert filled("monitor", "list", "--json").json[0]["last"] is not None
