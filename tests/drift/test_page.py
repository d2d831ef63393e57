"""The page about drift says what is so."""

import doctest
import json

from featuretrail.domain.drift.thresholds import Thresholds
from tests.house.packages import ROOT

PAGE = ROOT / "docs" / "explanation" / "drift.md"
FIGURES = ROOT / "benchmarks" / "results" / "calibration" / "calibration.json"


def test_the_example_of_the_page_is_true() -> None:
    text = PAGE.read_text("utf-8").replace("```", "")
    example = doctest.DocTestParser().get_doctest(text, {}, "drift.md", str(PAGE), 0)

    assert doctest.DocTestRunner(verbose=False).run(example).failed == 0


def test_the_floors_of_the_page_are_the_defaults() -> None:
    text = PAGE.read_text("utf-8")
    lines = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    told = {name.strip("| `"): cells[1] for name, *cells in lines if len(cells) == 4}
    defaults = Thresholds().to_dict()

    for names, floor in told.items():
        for name in names.replace("`", "").split(", "):
            if name in defaults:
                assert float(floor) == defaults[name], name


def test_the_figures_of_the_page_are_those_of_the_study() -> None:
    text = PAGE.read_text("utf-8")
    study = json.loads(FIGURES.read_text("utf-8"))

    for each in study["false_alarms"]:
        row = [f"{each[key]:.1%}" for key in ("rate", "high", "not_judged", "bare_ks", "bare_psi")]
        assert f"| {each['kind']} | {each['rows']:,} | {' | '.join(row)} |" in text
        assert each["rate"] <= 0.05
    assert study["power"]["power"] >= 0.95
    assert f"{study['power']['power']:.1%}" in text
    assert study["delay"]["first_told"] in text
    assert study["delay"]["words"] in text
