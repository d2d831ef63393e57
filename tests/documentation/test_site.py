"""The site: the same for the same position, only what changed is written, nothing else touched."""

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

import featuretrail as ft
from featuretrail.documentation.manifest import MANIFEST
from tests.documentation.conftest import Told
from tests.documentation.story import HARM, START, hourly
from tests.engines.database import Database

LARGEST = 300_000


def contents(folder: Path) -> Mapping[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


class Page(HTMLParser):
    """What a page asks for, and which elements it has."""

    def __init__(self, text: bytes) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.ids: list[str] = []
        self.feed(text.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.links.append(value)
            if name == "id" and value is not None:
                self.ids.append(value)
            if name.startswith("on"):
                self.handlers.append(name)


def test_equal_positions_give_equal_files(told: Told, tmp_path: Path) -> None:
    position = told.report.position
    again = told.store.documentation.build(tmp_path / "again", at=position)

    assert again.position == position
    assert contents(tmp_path / "again") == contents(told.folder)
    assert told.store.documentation.build(tmp_path / "again", at=position).changed == ()


def test_every_page_is_small_and_every_link_leads_to_a_file(told: Told) -> None:
    files = contents(told.folder)
    pages = {name: text for name, text in files.items() if name.endswith(".html")}

    assert len(pages) == told.report.pages
    assert max(map(len, pages.values())) < LARGEST
    parsed = {(told.folder / name).resolve(): Page(text) for name, text in pages.items()}
    for path, page in parsed.items():
        assert len(page.ids) == len(set(page.ids)), path
        for link in page.links:
            address, _, fragment = link.partition("#")
            if address.startswith("data:"):
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            assert target.is_file(), (path, link)
            assert not fragment or unquote(fragment) in parsed[target].ids, (path, link)


def test_no_text_becomes_an_element(told: Told) -> None:
    for name, text in contents(told.folder).items():
        if not name.endswith(".html"):
            continue
        page = Page(text)
        assert page.tags.count("script") == 1, name
        assert "img" not in page.tags, name
        assert page.handlers == [], name
    index = (told.folder / "assets" / "search-index.js").read_text("utf-8")
    entries = json.loads(index.removeprefix("window.featuretrailIndex = ").rstrip(";\n"))
    assert any(HARM[:40] in words for _, _, _, words in entries)


def test_what_a_check_of_consistency_found_is_told(told: Told) -> None:
    for page in ("consistency.html", "snapshots/departure_delay@1.0.0.html"):
        words = (told.folder / page).read_text("utf-8")
        assert words.count("2 of 60 differ") == 1, page


def test_only_what_changed_is_written(told: Told, tmp_path: Path) -> None:
    store, folder = told.store, tmp_path / "site"
    store.performance.flush()  # what other tests used
    store.documentation.build(folder, at=3)
    first = store.documentation.build(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.html")}
    store.ingest("weather", hourly(24 * 40, 24))

    second = store.documentation.build(folder)

    changed = {name for name in second.changed if name.startswith("features/")}
    assert {f"features/weather.{name}.html" for name in ("temp", "wind_speed", "sky")} <= changed
    assert not any(name.startswith("features/comfort") for name in changed)
    untouched = {
        path for path in before if path.relative_to(folder).as_posix() not in second.changed
    }
    assert folder / "features/comfort.wind_chill.html" in untouched
    assert all(path.stat().st_mtime_ns == before[path] for path in untouched)
    assert len(second.changed) < first.pages
    assert contents(folder) == _built(store, tmp_path / "fresh")


def _built(store: ft.TimescaleDBFeatureStore, folder: Path) -> Mapping[str, bytes]:
    store.documentation.build(folder)
    return contents(folder)


def test_what_is_gone_is_removed_and_what_others_wrote_stays(told: Told, tmp_path: Path) -> None:
    store, folder = told.store, tmp_path
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "features").mkdir()
    (folder / "features" / "mine.html").write_text("mine too", encoding="utf-8")
    store.documentation.build(folder, at=told.report.position)
    (folder / "features" / "weather.sky.html").write_text("edited", encoding="utf-8")

    early = store.documentation.build(folder, at=2)

    assert "features/weather.temp.html" not in early.removed
    assert "snapshots/departure_delay@1.0.0.html" in early.removed
    assert not (folder / "snapshots" / "departure_delay@1.0.0.html").exists()
    assert (folder / "features" / "weather.sky.html").read_text("utf-8") == "edited"
    assert (folder / "notes.txt").read_text("utf-8") == "mine"
    assert (folder / "features" / "mine.html").read_text("utf-8") == "mine too"


def test_a_file_of_somebody_else_is_never_replaced(told: Told, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine", encoding="utf-8")
    with pytest.raises(ft.InvalidInputError, match=r"index\.html is there already"):
        told.store.documentation.build(tmp_path)
    assert contents(tmp_path) == {"index.html": b"mine"}

    secret = tmp_path / "elsewhere"
    secret.write_text("kept", encoding="utf-8")
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "drift.html").symlink_to(secret)
    with pytest.raises(ft.InvalidInputError, match="is there already"):
        told.store.documentation.build(linked)
    assert secret.read_text("utf-8") == "kept"


@pytest.mark.parametrize(
    "listed",
    [
        b"\xff",
        b"[]",
        b'{"format": 2, "files": {}}',
        b'{"format": 1, "files": {"../out.html": {"content": "", "inputs": ""}}}',
        b'{"format": 1, "files": {"/etc/out.html": {"content": "", "inputs": ""}}}',
    ],
)
def test_a_list_of_files_that_was_altered_is_refused(
    told: Told, tmp_path: Path, listed: bytes
) -> None:
    (tmp_path / MANIFEST).write_bytes(listed)

    with pytest.raises(ft.InvalidInputError, match="cannot be read"):
        told.store.documentation.build(tmp_path)


def test_a_folder_that_cannot_be_one_is_refused(told: Told, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere")):
        with pytest.raises(ft.InvalidInputError, match="folder"):
            told.store.documentation.build(folder)


@pytest.mark.tiers("embedded", "apache")
def test_an_empty_store_has_a_site(database: Database, tmp_path: Path) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        report = store.documentation.build(tmp_path)
        empty = (tmp_path / "audit.html").read_text("utf-8")
        features = [ft.Feature("v", "timestamptz"), ft.Feature("V", "bool")]
        group = ft.FeatureGroup("g", keys={"K": "text"}, features=features)
        store.register(group)
        store.ingest("g", {"K": ["a"], "event_time": [START], "v": [START], "V": [None]})
        second = store.documentation.build(tmp_path)

    assert report.position == 0
    assert "Nothing was recorded yet" in empty
    assert {"features/g.v.html", "features/g.~v.html"} <= set(second.changed)
    text = (tmp_path / "features" / "g.v.html").read_text("utf-8")
    assert re.search(r"<h1>.*v</h1>", text)
