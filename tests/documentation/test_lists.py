"""Long lists are cut, say so, and count what there is; no page is larger than it may be."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from attrs import evolve

from featuretrail.audit.entries import LogEntry
from featuretrail.documentation.addresses import feature_page, file_name, set_page
from featuretrail.documentation.costs import Costs
from featuretrail.documentation.listing import ROWS, FeatureRow, drift_words
from featuretrail.documentation.moments import NOTHING_WRITTEN, StoreMoment
from featuretrail.documentation.overviews import Overviews
from featuretrail.documentation.pictures import Pictures
from featuretrail.documentation.rendering import LARGEST, LONGEST, clip, render
from featuretrail.documentation.timeline import STRETCH, Line
from featuretrail.domain.aggregates.snapshot import SnapshotAggregate
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.documentation.facts import HistoryEntry
from featuretrail.domain.events import DriftResolved
from featuretrail.quality.baselines import Baselines
from tests.documentation.conftest import Told

NOON = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)
FAR = "風" * 21


def row(words: str) -> FeatureRow:
    return FeatureRow(
        f"{FAR}.{FAR}", FAR, FAR, "1.0.0", "timestamptz", words, words, (words,), words[:140],
        computed=True, completeness=33.3, documentation=33.3, missing=9, checked=33.3,
        drift="insufficient",
    )  # fmt: skip


def line(words: str) -> Line:
    entry = LogEntry(
        123_456, NOON, "featuretrail.feature.defined", f"feature {words}", 1, words, words, {},
        uuid4(), "",
    )  # fmt: skip
    return Line(entry, "feature.defined", words, feature_page(f"{FAR}.{FAR}"))


@pytest.mark.parametrize("words", ["'\"<&>" * 999, "風" * 5000, "🜁" * 5000, "plain " * 999])
def test_a_page_of_the_longest_texts_is_small(words: str) -> None:
    features = {"rows": [row(words)] * ROWS, "part": 1, "parts": 1, "total": ROWS}
    page = render("features.html", "features.html", features)
    assert page.count("<tr><td") == ROWS
    assert len(page.encode()) <= LARGEST

    stretch = {"lines": [line(words)] * STRETCH, "bounds": (1, 125), "older": None, "newer": None}
    page = render("timeline.html", "audit/000001.html", stretch)
    assert page.count("<tr id=") == STRETCH
    assert len(page.encode()) <= LARGEST


def test_a_page_that_would_be_too_large_shows_less_and_says_how_much() -> None:
    told = HistoryEntry(3, NOON, "風" * 80, "風" * 600, "風" * 600)
    group = FeatureGroup("g", keys={"k": "text"}, description="風" * 4000)
    context = {
        "group": group,
        "rows": [row("風" * 300)] * 9000,
        "values": NOTHING_WRITTEN,
        "changes": [told] * 9000,
    }
    page = render("group.html", "groups/g.html", context)

    assert len(page.encode()) <= LARGEST
    assert "of 9,000; <code>featuretrail audit log</code> has all" in page
    assert page.count("<tr><td") > 30


def test_a_text_is_cut_by_what_it_takes_and_keeps_what_is_short() -> None:
    assert clip("a" * 200, 200) == "a" * 200
    assert clip("a" * 201, 200) == "a" * 199 + "…"
    assert clip("風" * 100, 200) == "風" * 100
    assert 80 < len(clip("風" * 200, 200)) <= 101
    assert len(clip("<" * 200, 200)) <= 76
    assert clip("風" * 3900) == "風" * 3900
    assert clip("a" * LONGEST) == "a" * LONGEST
    assert clip("\x00ab", 5) == "␀ab"


def test_every_name_that_may_be_has_a_file_of_its_own() -> None:
    longest = ["A" * 63, "B" * 63, "a" * 63, "風" * 21, "İ" * 31]
    names = [f"{one}.{other}" for one in longest for other in longest]
    files = [file_name(name) for name in names]

    assert len({each.casefold() for each in files}) == len(names)
    assert max(len(f"{each}.html".encode()) for each in files) <= 255
    assert file_name("weather.temp") == "weather.temp"


@pytest.fixture(scope="module")
def at(told: Told) -> StoreMoment:
    """The moment of the story, with 300 newer snapshots of another set and 20 more incidents."""
    moment = told.store.documentation._reader.at(told.report.position)
    chronicle = moment.chronicle
    snapshot = chronicle.snapshots["departure_delay@1.0.0"]
    other = snapshot.event.model_copy(update={"feature_set": "E" * 63})
    newer = {
        f"{'E' * 63}@1.{number}.0": evolve(
            snapshot,
            position=10_000 + number,
            event=other.model_copy(update={"version": f"1.{number}.0"}),
            state=SnapshotAggregate.initial(f"{'E' * 63}@1.{number}.0"),
        )
        for number in range(300)
    }
    incident = next(iter(chronicle.incidents.values()))
    times = {kind: when for kind, when in incident.times.items() if kind is not DriftResolved}
    state = evolve(incident.state, resolved=None)
    more = {uuid4(): evolve(incident, state=state, times=times) for _ in range(20)}
    return evolve(
        moment,
        chronicle=evolve(
            chronicle,
            snapshots={**chronicle.snapshots, **newer},
            incidents={**chronicle.incidents, **more},
        ),
    )


@pytest.fixture(scope="module")
def pages(told: Told, at: StoreMoment) -> Mapping[str, str]:
    """The pages that list, by name."""
    pictures = Pictures(at, Baselines(told.store.documentation._sources))
    made = Overviews(at, Costs({}), pictures, []).pages()
    return {path: render(template, path, context) for path, template, context in made}


def test_a_set_whose_snapshots_are_older_than_many_others_lists_them(
    pages: Mapping[str, str],
) -> None:
    assert "departure_delay@1.0.0" in pages["sets/departure_delay.html"]
    assert "No snapshot was taken of it" not in pages["sets/departure_delay.html"]
    own = pages[set_page("E" * 63)]
    assert "60 of 300; <code>featuretrail snapshot list --set EEEE" in own
    assert "150 of 301; <code>featuretrail snapshot list</code> has all" in pages["snapshots.html"]


def test_what_is_open_is_counted_and_not_only_what_is_shown(
    at: StoreMoment, pages: Mapping[str, str]
) -> None:
    is_open = sum(each.told().open for each in at.chronicle.incidents.values())
    assert is_open >= 20
    assert f"<dt>open drift</dt><dd>{is_open}</dd>" in pages["index.html"]
    assert f'8 of {is_open}; <a href="drift.html">Drift</a> has more' in pages["index.html"]


def test_of_several_baselines_the_worst_verdict_is_told(at: StoreMoment) -> None:
    def told(*each: tuple[str, list[str]]) -> str:
        """Return the word for a feature that baselines find so in their checks, oldest first."""
        [check] = at.chronicle.drift["winter"][-1:]
        verdict = check.verdicts["weather.temp"]
        drift = {
            name: tuple(
                evolve(
                    check,
                    verdicts={"weather.temp": evolve(verdict, status=status)} if status else {},
                )
                for status in found
            )
            for name, found in each
        }
        chronicle = evolve(at.chronicle, drift=drift, incidents={})
        return drift_words(evolve(at, chronicle=chronicle)).get("weather.temp", "not checked")

    assert told(("a", ["drift"]), ("b", ["stable"])) == "drift"
    assert told(("a", ["stable"]), ("b", ["drift"])) == "drift"
    assert told(("a", ["drift", "stable"]), ("b", ["insufficient"])) == "stable"
    assert told(("a", ["drift", ""])) == "drift"  # the newest check was not of this feature
    assert told(("a", [""])) == "not checked"
