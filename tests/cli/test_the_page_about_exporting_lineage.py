"""The page "Export the lineage" says what happens."""

import doctest
import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

import featuretrail as ft
from featuretrail.infrastructure.openlineage.facets import VERSION
from tests.cli.conftest import Run
from tests.engines.database import Database
from tests.house.packages import ROOT
from tests.lineage.openlineage.test_sending import collecting

PAGE = ROOT / "docs" / "how-to" / "export-lineage.md"
PICTURE = PAGE.with_name("lineage.svg")
BLOCK = re.compile(r"^```(pycon|console|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = "http://marquez:5000"
STEP = re.compile(r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def test_the_session_of_the_page_is_what_happens(
    run: Run, folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    said: list[str] = []
    seen: list[str] = []
    with ft.connect(database.url, artifacts="database:", actor="ann") as store:
        names = {"store": store, "ft": ft, "datetime": datetime, "UTC": UTC}
        for kind, block in BLOCK.findall(PAGE.read_text("utf-8")):
            seen.append(kind)
            if kind == "pycon":
                part = parser.get_doctest(block, names, PAGE.name, None, 0)
                failed, _ = runner.run(part, clear_globs=False, out=said.append)
                assert failed == 0, "".join(said)
            elif kind == "console":
                for line, printed in STEP.findall(block):
                    assert sent(run, line) == printed
            else:
                lines = (folder / "events.jsonl").read_text("utf-8").splitlines()
                assert masked(excerpt(lines), database) == json.loads(block)
    assert seen == ["pycon", "console", "console", "console", "json", "console"]
    assert (folder / "lineage.svg").read_bytes() == PICTURE.read_bytes()


def sent(run: Run, line: str) -> str:
    """What a command prints, with a collector of this machine at the page's address."""
    if ADDRESS not in line:
        return run(*shlex.split(line)).out
    with collecting() as collector:
        told = run(*shlex.split(line.replace(ADDRESS, collector.address))).out
    assert collector.taken
    return told.replace(collector.address, ADDRESS)


def excerpt(lines: list[str]) -> object:
    """Return what the page shows of the event that ends the snapshot's run."""
    [event] = [
        event
        for event in map(json.loads, lines)
        if (event["job"]["name"], event["eventType"]) == ("snapshot.late", "COMPLETE")
    ]
    fields = event["outputs"][0]["facets"]["columnLineage"]["fields"]
    return {"run": event["run"], "chill": fields["chill"]}


def masked(said: object, database: Database) -> object:
    """Name the server and the database as the page does; hide digests, times, ids, the release."""
    known = psycopg.conninfo.conninfo_to_dict(database.url)
    text = json.dumps(said)
    text = text.replace(f"localhost:{known['port']}", "localhost:5432")
    text = text.replace(str(known["dbname"]), "shop").replace(f'"{VERSION}"', '"0.1.0"')
    text = text.replace(f"urn:featuretrail:{VERSION}", "urn:featuretrail:0.1.0")
    text = re.sub(r"\b[0-9a-f]{64}\b", "…", text)
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "…", text)
    text = re.sub(r'("eventTime": ")[^"]+', r"\1…", text)
    return json.loads(text)
