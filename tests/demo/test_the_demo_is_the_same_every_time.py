"""The whole story on a thinned year: it holds, and again through a broker with the same facts."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


def test_a_second_run_starts_afresh_and_reports_the_same_facts_which_hold(workplace: Path) -> None:
    first, second = _run(workplace, "--no-broker"), _run(workplace)

    assert _lasting(first) == _lasting(second)
    assert first["verification"] == {"stored_ok": True, "rederived_ok": True}
    answered = first["training"]["answer_digest"]
    assert first["hindsight"]["answer_as_known_then_digest"] == answered
    assert first["hindsight"]["answer_as_known_now_digest"] != answered
    assert set(first["hindsight"]["changed_cells"]) == {"temp", "dewp"}
    assert 0 < first["leakage"]["leaking_rows"] < first["leakage"]["rows"]
    assert first["online"]["agrees_with_history"]
    assert set(first["online"]["statuses"].values()) == {"expired"}
    assert first["retraction"]["snapshot_still_verifies"]
    assert first["retraction"]["online_status"] == "retracted"
    assert first["retraction"]["computed_online_status"] == "null"
    assert first["retraction"]["rows_retracted"] > 0
    assert "feature carrier_delay.recent_delay@1.0.0" in first["lineage"]["reached"]["feature"]
    assert "delay_model" in str(first["lineage"]["reached"]["training_run"])
    assert first["audit"]["ok"]
    assert first["rebuild"]["ok"]
    assert first["rebuild"]["swapped"]
    assert first["past"]["then"]["version"] == "1.0.0"
    assert first["past"]["now"]["version"] == "1.1.0"
    assert first["past"]["actor"] == "weather-desk"
    assert 0 < first["computing"]["written_again"] < first["computing"]["computed_again"]
    assert first["computing"]["new_at_once"] == 0
    _check_seasons(first["seasons"], workplace)
    _check_watch(first["watch"])
    _check_december(first)
    assert (workplace / "site" / "index.html").is_file()
    assert first["documentation"]["pages"] > len(first["documentation"]["quality"]) > 10
    assert all(score > 0 for score in first["documentation"]["completeness"].values())


def _check_december(facts: dict[str, Any]) -> None:
    stream, judged, compared = (facts[name] for name in ("stream", "judge", "consistency"))
    assert stream["parked"] == 2
    assert stream["written_again"] == 0
    sent = sum(stream["rows"].values()) + stream["parked"]
    assert sum(stream["redelivered"].values()) == sent > 2
    assert judged["labels_before"] == 0
    assert judged["labels_after"] == judged["outcomes"] == judged["repeated"] > 0
    assert judged["served"] == 8
    assert compared["statuses"] == {
        "streaming": "passed",
        "outcome": "passed",
        "cross_system": "failed",
    }
    assert compared["faults"] == 1


def _check_seasons(facts: dict[str, Any], folder: Path) -> None:
    temp = {
        month: {against: said["weather.temp"] for against, said in checks.items()}
        for month, checks in facts["verdicts"].items()
    }
    assert temp["July"] == {"January": "drift", "its odd days": "stable"}
    assert len(temp) == 12
    assert {said["its odd days"] for said in temp.values()} == {"stable", "insufficient"}
    picture = (folder / facts["picture"]).read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    assert "weather.temp against baseline january" in picture


def _check_watch(facts: dict[str, Any]) -> None:
    days = ("08", "15", "22", "29")
    outcomes = ("passed", "passed", "found", "passed")
    assert facts["runs"] == [
        [f"2013-12-{day}T00:00:00+00:00", outcome]
        for day, outcome in zip(days, outcomes, strict=True)
    ]
    [incident] = facts["incidents"]
    assert incident["feature"] == "weather.wind_speed"
    assert incident["severity"] == "critical"
    assert incident["since"] == "2013-12-15T00:00:00+00:00"
    assert not incident["open"]
    assert incident["action"].startswith("returned to its baseline")
    assert [kind for kind, _ in facts["messages"]] == ["opened", "resolved"]
    assert facts["refused"] == 0


def _run(folder: Path, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, DEMO, "--rows", "1000", "--folder", folder, *options],
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    assert "✗" not in done.stdout
    assert f"begins with {folder / 'site' / 'index.html'}" in " ".join(done.stdout.split())
    assert "\x1b[" not in done.stdout, "no colours when piped"
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    digests = dict(_digests(report))
    assert len(digests) > 10
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests.values())
    return report


def _lasting(report: dict[str, Any]) -> dict[str, Any]:
    """Return the facts that no clock changes."""
    facts = {section: dict(found) for section, found in report.items() if section != "seconds"}
    del facts["audit"]["chain_head"]
    return facts


def _digests(facts: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, fact in facts.items():
        if isinstance(fact, dict):
            yield from _digests(fact, f"{path}{name}.")
        elif name.endswith("digest"):
            yield f"{path}{name}", fact
