"""``make docs`` builds the whole handbook, and nothing that leads nowhere."""

import doctest
import re
from html import unescape
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.documentation.browsers import Scheme, chromium, serious_faults
from tests.house.packages import ROOT
from tools.handbook import docstrings
from tools.handbook import pages as page_texts
from tools.handbook.navigation import navigation
from tools.handbook.pages import HandbookError, Pages
from tools.handbook.public import components, error_names, methods, names
from tools.handbook.reference import check, tasks
from tools.handbook.site import build, render

LOADED = re.compile(r'<(?:script|img|iframe|source|link)\b[^>]*?\b(?:src|href)="([^"]*)"')
HEADING = re.compile(r'<h2 id="([^"]+)" class="doc doc-heading">(.*?)</h2>', re.DOTALL)


def test_the_handbook_is_built_whole_and_read_and_searched_in_its_folder(tmp_path: Path) -> None:
    site = tmp_path / "handbook"

    pages = build(site)

    _check_text(site, pages)
    assert [path.name for path in tmp_path.iterdir()] == ["handbook"]
    with sync_playwright() as playwright, chromium(playwright) as browser:
        _check_in(browser, site, "light", 1280)
        _check_in(browser, site, "dark", 390)


def _check_text(site: Path, pages: int) -> None:
    built = {str(page.relative_to(site)) for page in site.rglob("*.html")} - {"404.html"}
    sources = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    expected = {str(path.with_suffix(".html")) for path in sources} - {"README.html"}
    assert len(built) == pages
    assert expected < built
    home = (site / "index.html").read_text("utf-8")
    linked = {
        link.partition("#")[0].removeprefix("./") for link in re.findall(r'href="([^":]+)"', home)
    }
    described: set[str] = set()
    for name in sorted(built):
        text = (site / name).read_text("utf-8")
        assert name in linked, f"{name} is not in the navigation"
        assert [url for url in LOADED.findall(text) if re.match(r"(https?:)?//", url)] == []
        described |= {_shown(heading) for _, heading in HEADING.findall(text)}
    assert _wanted() - described == set()
    group = (site / "reference" / "python" / "defining.html").read_text("utf-8")
    signature = re.sub(r"<[^>]+>", "", group)
    assert re.search(
        r"FeatureGroup\(\n.*\n    ttl: timedelta \| None = None,\n", signature, re.DOTALL
    )
    loads = [re.findall(r"url\((https?:[^)]*)\)", each.read_text()) for each in site.rglob("*.css")]
    assert not any(loads)


def _check_in(browser: Browser, site: Path, scheme: Scheme, width: int) -> None:
    complaints: list[str] = []
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 860})
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url))
    page.goto((site / "reference" / "python" / "defining.html").as_uri())
    assert serious_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("/")
    page.keyboard.type("retraction")
    page.get_by_text(re.compile(r"^\d+ results$")).wait_for()
    own = (site.as_uri(), "data:", "blob:", "about:")
    assert [each for each in complaints if not each.startswith(own)] == []


def test_every_public_name_is_in_the_reference_once() -> None:
    check([entry for task in tasks() for entry in task.entries], _wanted() - error_names())


def test_a_public_name_left_out_of_the_reference_is_found() -> None:
    with pytest.raises(HandbookError, match="Split, rule: left out; sum: not public"):
        check(["connect", "sum"], {"connect", "rule", "Split"})
    with pytest.raises(HandbookError, match="connect: listed twice"):
        check(["connect", "connect"], {"connect"})


def test_every_part_of_the_store_is_known_by_its_class() -> None:
    known = components()

    assert {"snapshots", "lineage", "quality", "alerts", "monitor", "audit"} < set(known)
    assert known["snapshots"].__name__ == "FeatureSnapshotManager"


def test_links_that_lead_nowhere_end_the_build(tmp_path: Path) -> None:
    links = "[here](#gone), [there](how-to/page.md#gone), [a page](no.md)"
    pages = Pages(texts={"index.md": f"# Home\n\n{links}\n", "how-to/page.md": "# A page\n"})
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("as it was")

    with pytest.raises(HandbookError, match="page does not exist") as refused:
        render(pages, site)

    assert "3 issues found" in str(refused.value)
    assert (site / "index.html").read_text() == "as it was"


def test_a_page_in_no_part_of_the_navigation_ends_the_build() -> None:
    with pytest.raises(HandbookError, match=r"docs/stray\.md is in no part of the navigation"):
        navigation({"index.md": "# Home\n", "stray.md": "# Stray\n"})


def test_a_new_page_comes_after_the_listed_ones_under_its_heading() -> None:
    texts = {"how-to/new.md": "# A `new` page\n", "how-to/quality.md": "# Quality: how good\n"}

    [_, how_to] = navigation({"index.md": "# Home\n", **texts})

    assert how_to == {"How-to": [{"Quality": "how-to/quality.md"}, {"A new page": "how-to/new.md"}]}


def test_a_link_out_of_the_docs_takes_in_what_it_leads_to() -> None:
    pages = Pages()

    pages.add_docs()

    assert "](../benchmarks/index.md)" in pages.texts["explanation/drift.md"]
    assert "rolling means" in pages.texts["sources/examples/rules.md"]
    assert pages.files["benchmarks/results/calibration/calibration.svg"].is_file()


@pytest.mark.parametrize("module", [docstrings, page_texts])
def test_the_examples_of_the_handbook_hold(module: ModuleType) -> None:
    done = doctest.testmod(module)

    assert done.attempted > 0
    assert done.failed == 0


def _wanted() -> set[str]:
    parts = {f"store.{name}" for name in [*methods(), *components()]}
    return names() | error_names() | parts


def _shown(heading: str) -> str:
    text = re.sub(r"<a .*?</a>|<span class=\"doc doc-labels\">.*", "", heading, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", text)).strip()
