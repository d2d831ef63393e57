"""The site in a real Chromium: it is found, read, used by keyboard, and asks for nothing."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import field, frozen
from playwright.sync_api import Browser, Page, sync_playwright

from featuretrail.documentation import addresses
from tests.documentation.browsers import Scheme, chromium, serious_faults
from tests.documentation.conftest import Told
from tests.house.packages import ROOT

SCREENSHOTS = ROOT / "build" / "screenshots"
PAGES = {
    "overview": "index.html",
    "feature": "features/weather.temp.html",
    "computed": "features/comfort.wind_chill.html",
    "hostile": "features/weather.remark.html",
    "features": "features.html",
    "group": "groups/weather.html",
    "set": "sets/departure_delay.html",
    "snapshot": "snapshots/departure_delay@1.0.0.html",
    "lineage": "lineage.html",
    "drift": "drift.html",
    "performance": "performance.html",
    "consistency": "consistency.html",
    "audit": "audit.html",
    "long": addresses.feature_page(f"{'C' * 63}.{'D' * 63}"),
    "sets": "sets.html",
    "snapshots": "snapshots.html",
    "timeline": "audit/000001.html",
}

SHOWN = ("overview", "feature")
"""Pages of which a picture is kept."""


@frozen(eq=False)
class Site:
    """The site's pages in a browser that notes what they ask for and complain of."""

    browser: Browser
    folder: Path
    complaints: list[str] = field(factory=list)

    def open(self, name: str, *, scheme: Scheme = "light", width: int = 1280) -> Page:
        """Return a page of the site in a context of its own."""
        context = self.browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 860}, reduced_motion="reduce"
        )
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._note(request.url))
        page.goto(self.address(name))
        return page

    def address(self, name: str) -> str:
        """Return where a page is."""
        return (self.folder / PAGES[name]).as_uri()

    def _note(self, url: str) -> None:
        if not url.startswith((f"{self.folder.as_uri()}/", "data:")):
            self.complaints.append(f"asks for {url}")


@pytest.fixture(scope="module")
def site(told: Told) -> Iterator[Site]:
    """The site in one browser, which is closed whatever happens."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield Site(browser, told.folder)


@pytest.fixture(autouse=True)
def _nothing_to_complain_of(site: Site) -> Iterator[None]:
    site.complaints.clear()
    yield
    assert site.complaints == []


def test_a_newcomer_finds_a_feature_and_follows_it(site: Site) -> None:
    page = site.open("overview")
    page.keyboard.press("/")
    page.keyboard.type("air temp")
    assert page.locator("#found li").first.inner_text().startswith("feature")
    page.keyboard.press("Enter")
    page.wait_for_url("**/features/weather.temp.html")
    assert page.locator("h1").inner_text() == "weather.temp"
    assert page.locator("blockquote.authored").inner_text().startswith("Air temperature")

    box = page.locator("#lineage ~ figure svg.lineage").bounding_box()
    assert box is not None
    assert box["width"] > 300
    assert page.locator("svg.lineage .flow").count() >= 3
    assert page.locator("svg.ft-chart").count() == 3
    page.get_by_role("link", name="comfort.wind_chill@1.0.0").click()
    assert page.locator("h1").inner_text() == "comfort.wind_chill"
    assert "Wind chill by the formula" in page.locator("#rule ~ .code").inner_text()
    page.get_by_role("link", name="departure_delay@1.0.0").first.click()
    page.get_by_role("link", name="departure_delay@1.0.0").first.click()
    assert page.locator("h1").inner_text() == "departure_delay@1.0.0"
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Audit").click()
    assert "training.recorded" in page.locator("main").inner_text()
    page.context.close()


def test_the_search_is_used_by_keyboard_and_says_when_it_finds_nothing(site: Site) -> None:
    page = site.open("snapshot")
    search = page.get_by_role("combobox")
    page.keyboard.press("/")
    page.keyboard.type("weather")
    assert page.locator("#found li").count() >= 4
    first = search.get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    assert search.get_attribute("aria-activedescendant") != first
    assert page.locator("#found li[aria-selected=true]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("#found").is_hidden()
    search.fill("<script>")
    assert page.locator("#found li").count() == 1  # the feature that is described so
    search.fill("nothing like this")
    assert page.locator("#found").inner_text() == "Nothing is named or described like this"
    page.context.close()


def test_tables_sort_by_their_headings(site: Site) -> None:
    page = site.open("features")
    heading = page.locator("th", has_text="complete")
    heading.get_by_role("button").click()
    scores = [float(each) for each in page.eval_on_selector_all(
        "tbody td:nth-child(5)", "cells => cells.map((cell) => cell.dataset.sort)")]  # fmt: skip
    assert heading.get_attribute("aria-sort") == "ascending"
    assert scores == sorted(scores)
    heading.get_by_role("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert page.locator("th[aria-sort]").count() == 1

    checked = page.locator("th", has_text="quality")
    for way in ("ascending", "descending"):
        checked.get_by_role("button").click()
        cells = page.locator("tbody td:nth-child(6)").all_inner_texts()
        assert checked.get_attribute("aria-sort") == way
        assert cells[0] != "–"  # what is missing is last both ways
        assert cells[-1] == "–"
    page.context.close()


def test_columns_sort_as_numbers_times_and_texts(site: Site) -> None:
    page = site.open("overview")
    rows = [
        ("1,200", "b10", "9", "2026-02-01T00:00:00+00:00"),
        ("–", "b9", "inf", ""),
        ("0.5", "", "-inf", "2026-01-31T23:59:59+00:00"),
        ("-3e-5", "B1", "1e300", ""),
    ]
    cells = [
        f"<tr><td>{a}</td><td>{b}</td><td>{c}</td><td data-sort='{d}'>x{d}</td></tr>"
        for a, b, c, d in rows
    ]
    page.eval_on_selector("tbody", "(body, rows) => { body.innerHTML = rows; }", "".join(cells))

    def sorted_by(column: int, *, twice: bool = False) -> list[str]:
        for _ in range(1 + twice):
            page.locator("thead th button").nth(column).click()
        return page.locator(f"tbody td:nth-child({column + 1})").all_inner_texts()

    assert sorted_by(0) == ["-3e-5", "0.5", "1,200", "–"]
    assert sorted_by(1) == ["B1", "b9", "b10", ""]
    assert sorted_by(1) == ["b10", "b9", "B1", ""]
    assert sorted_by(2) == ["-inf", "9", "1e300", "inf"]
    assert [each[:9] for each in sorted_by(3, twice=True)] == ["x2026-02-", "x2026-01-", "x", "x"]
    page.context.close()


def test_the_search_forgives_accents_and_says_when_its_index_is_gone(
    site: Site, tmp_path: Path
) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(site.folder, copied)
    index = copied / "assets" / "search-index.js"
    entries = [
        ["feature", "g.größe_Å", "features/x.html", "Ünit"],
        ["snapshot", "s@1.0.0", "snapshots/x.html", ""],
    ]
    index.write_text(f"window.featuretrailIndex = {json.dumps(entries)};", encoding="utf-8")
    page = site.open("overview")
    page.goto((copied / "index.html").as_uri())
    search = page.get_by_role("combobox")
    found = page.locator("#found li:not(.none)")
    search.fill("größe")
    page.locator("#found li").first.wait_for()
    for words, count in {"große": 1, "GRÖßE": 1, "unit": 1, "a": 2, "größe s@": 0}.items():
        search.fill(words)
        assert found.count() == count, words

    index.unlink()
    page.goto((copied / "features.html").as_uri())
    page.get_by_role("combobox").fill("weather")
    page.locator("#found li").wait_for()
    assert page.locator("#found").inner_text() == "assets/search-index.js is not there"
    page.context.close()
    site.complaints.clear()  # of the copy, and of the file that is gone


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_all_is_dark_on_white_and_nothing_is_cut(site: Site, scheme: Scheme) -> None:
    page = site.open("overview", scheme=scheme, width=720)
    page.evaluate("localStorage.setItem('featuretrail-theme', 'dark')")
    page.emulate_media(media="print")
    for name in ("overview", "feature", "features", "snapshot", "audit", "long"):
        page.goto(site.address(name))
        colours = "(each) => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor]"
        assert page.eval_on_selector("body", colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert page.locator("header.top").is_hidden()
        wide = page.eval_on_selector_all(
            "table, pre", "all => all.filter((each) => each.scrollWidth > 720).map(String)"
        )
        assert wide == [], name
    page.context.close()


def test_light_and_dark_follow_the_system_until_somebody_chooses(site: Site) -> None:
    def colours(page: Page) -> list[str]:
        return [
            page.eval_on_selector(of, f"each => getComputedStyle(each).{what}")
            for of, what in (
                ("body", "backgroundColor"),
                (".ft-chart .current", "fill"),
                (".lineage .box", "fill"),
            )
        ]

    dark = site.open("feature", scheme="dark")
    light = site.open("feature")
    assert all(one != other for one, other in zip(colours(dark), colours(light), strict=True))
    expected = colours(dark)
    light.get_by_role("button", name="Show in dark").click()
    assert colours(light) == expected
    light.reload()
    assert colours(light) == expected
    light.context.close()
    dark.context.close()


def test_hostile_text_stays_text(site: Site) -> None:
    page = site.open("hostile")
    for name in ("hostile", "audit", "consistency", "features"):
        page.goto(site.address(name))
        assert "harmed" not in page.title()
        assert "<script>" in page.locator("main").inner_text()
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault_of_accessibility(site: Site, scheme: Scheme) -> None:
    """The dark pages differ in their colours alone."""
    faults = {}
    page = site.open("overview", scheme=scheme)
    for name in PAGES:
        page.goto(site.address(name))
        faults[name] = serious_faults(page, colours_alone=scheme == "dark")
        if name in SHOWN:
            page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}.png", full_page=True)
    page.context.close()

    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_page_without_scrolling_sideways(site: Site, scheme: Scheme) -> None:
    page = site.open("overview", scheme=scheme, width=390)
    wide = {}
    for name in PAGES:
        page.goto(site.address(name))
        wide[name] = page.evaluate("document.documentElement.scrollWidth")
        if name in SHOWN:
            page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}-phone.png", full_page=True)
        if name == "feature" and scheme == "light":
            assert serious_faults(page) == []
    page.context.close()

    assert {name: width for name, width in wide.items() if width > 390} == {}
