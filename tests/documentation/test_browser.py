"""The site in a real Chromium: it is found, read, used by keyboard, and asks for nothing."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from attrs import field, frozen
from playwright.sync_api import Browser, Page, sync_playwright

from tests.documentation.conftest import Told
from tests.house.packages import ROOT

Scheme = Literal["light", "dark"]
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
}


def _where(what: str) -> Path:
    script = ROOT / "tools" / "browser" / "install.sh"
    found = subprocess.run([script, "--where", what], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return Path(found.stdout.strip())


@frozen(eq=False)
class Site:
    """The site's pages in a browser that notes what they ask for and complain of."""

    browser: Browser
    folder: Path
    axe: str = field(repr=False)
    complaints: list[str] = field(factory=list)

    def open(self, name: str, *, scheme: Scheme = "light", width: int = 1280) -> Page:
        """Return a page of the site in a context of its own."""
        context = self.browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 860}, reduced_motion="reduce"
        )
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._request(request))
        page.goto((self.folder / PAGES[name]).as_uri())
        return page

    def _request(self, request: Any) -> None:
        if not request.url.startswith((f"{self.folder.as_uri()}/", "data:")):
            self.complaints.append(f"asks for {request.url}")

    def faults(self, page: Page) -> list[str]:
        """Return what axe-core finds serious or critical."""
        page.evaluate(self.axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"][:3]
        ]


@pytest.fixture(scope="module")
def site(told: Told) -> Iterator[Site]:
    """The site in one browser, which is closed whatever happens."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_where("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield Site(browser, told.folder, _where("axe").read_text("utf-8"))
        finally:
            browser.close()


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
    for name in ("hostile", "audit", "consistency", "features"):
        page = site.open(name)
        assert "harmed" not in page.title()
        assert "<script>" in page.locator("main").inner_text()
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault_of_accessibility(site: Site, scheme: Scheme) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    faults = {}
    page = site.open("overview", scheme=scheme)
    for name, path in PAGES.items():
        page.goto((site.folder / path).as_uri())
        faults[name] = site.faults(page)
        if name in ("overview", "feature", "drift", "lineage"):
            page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}.png", full_page=True)
    page.context.close()

    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_page_without_scrolling_sideways(site: Site, scheme: Scheme) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = site.open("overview", scheme=scheme, width=390)
    for name, path in PAGES.items():
        page.goto((site.folder / path).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        if name in ("overview", "feature"):
            assert site.faults(page) == []
            page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}-phone.png", full_page=True)
    page.context.close()
