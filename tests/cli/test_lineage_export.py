"""``lineage export``: to standard output, to files, to addresses."""

import json
import sys
from pathlib import Path
from socket import create_server
from xml.etree import ElementTree as Xml

import pytest

from tests.cli.conftest import Run
from tests.lineage.openlineage.test_sending import collecting


def test_a_picture_goes_to_standard_output(frozen_twice: Run) -> None:
    drawn = frozen_twice("lineage", "export")
    assert drawn.code == 0
    assert drawn.out.startswith("---\ntitle: Lineage at position ")
    assert '"temp 1.0.0"' in drawn.out
    assert frozen_twice("lineage", "export", "--format", "dot").out.endswith("}\n")
    image = frozen_twice("lineage", "export", "--format", "svg").out
    assert Xml.fromstring(image).get("role") == "img"  # noqa: S314 - our own, just made
    few = frozen_twice("lineage", "export", "weather.temp", "--detail", "groups")
    assert "1 feature" in few.out
    assert "wind_speed" not in few.out
    assert "2 versions, newest 1.1.0" in few.out


def test_the_json_holds_the_text_and_the_position(frozen_twice: Run) -> None:
    made = frozen_twice("lineage", "export", "--at", "1", "--json").json
    assert (made["format"], made["position"], made["count"]) == ("mermaid", 1, 0)
    assert made["text"].endswith("flowchart LR\n")


def test_events_go_to_a_file_as_they_go_to_standard_output(frozen_twice: Run, folder: Path) -> None:
    printed = frozen_twice("lineage", "export", "--format", "openlineage").out
    events = [json.loads(line) for line in printed.splitlines()]
    assert len(events) == 6
    (folder / "events.jsonl").write_text("of yesterday", encoding="utf-8")
    before = set(folder.iterdir())
    report = frozen_twice(
        "lineage", "export", "--format", "openlineage", "--to", "events.jsonl", "--json"
    )
    last = events[-1]["run"]["facets"]["featuretrail_position"]["position"]
    told = report.json
    assert told.pop("position") >= last  # what was frozen before may have been priced since
    assert told == {"format": "openlineage", "to": "events.jsonl", "count": 6}
    assert (folder / "events.jsonl").read_text("utf-8") == printed
    assert set(folder.iterdir()) == before
    later = frozen_twice("lineage", "export", "--format", "openlineage", "--after", str(last - 1))
    assert later.out == "".join(f"{line}\n" for line in printed.splitlines()[-2:])


def test_events_are_sent_to_an_address(frozen_twice: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with collecting() as collector:
        sent = frozen_twice(
            *("lineage", "export", "--format", "openlineage", "--to", f"{collector.address}?key=x"),
            *("--namespace", "postgres://db.example:5432", "--json"),
        )
    assert sent.json == {"format": "openlineage", "to": collector.address, "count": 6}
    assert len(collector.taken) == 6
    names = {body["job"]["namespace"].rpartition("/")[0] for _, _, body in collector.taken}
    assert names == {"featuretrail://db.example:5432"}


def test_an_address_that_does_not_answer_ends_with_three(
    frozen_twice: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    away = frozen_twice(
        "lineage", "export", "--format", "openlineage", "--to", f"http://127.0.0.1:{port}"
    )
    assert away.code == 3
    assert away.out == ""
    assert "did not take event 1:" in away.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "svg", "--to", "http://x"), "only OpenLineage events are sent"),
        (("--format", "openlineage", "--to", "https://u:hunter2@x"), "OPENLINEAGE_API_KEY"),
        (("--format", "openlineage", "--namespace", "db"), "postgres://HOST:PORT"),
        (("--to", "no/such/folder/x.mmd"), "no/such/folder/x.mmd cannot be written"),
        (("weather.tmp",), "did you mean 'weather.temp'"),
        (("--at", "yesterday"), "--at 'yesterday' is no time"),
        (("--format", "png"), "png"),
        (("--detail", "everything"), "everything"),
    ],
)
def test_what_cannot_be_done_is_said(
    frozen_twice: Run, arguments: tuple[str, ...], said: str
) -> None:
    refused = frozen_twice("lineage", "export", *arguments)
    assert refused.code == 2
    assert refused.out == ""
    assert said in refused.err
    assert "hunter2" not in refused.err


def test_a_missing_library_is_named_by_its_extra(
    frozen_twice: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openlineage.client", None)  # as if it were not installed
    refused = frozen_twice("lineage", "export", "--format", "openlineage")
    assert refused.code == 2
    assert "pip install 'featuretrail[openlineage]'" in refused.err
    assert frozen_twice("lineage", "export").code == 0
