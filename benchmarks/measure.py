"""Measuring two sides in one run: interleaved repetitions, medians, ratios, results as JSON."""

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Literal

import psycopg
from attrs import asdict, frozen

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("featuretrail", "eventsourcing", "psycopg", "numpy", "pyarrow", "pydantic")

AnyConnection = psycopg.Connection[Any]
Work = Callable[[], object]


@frozen
class Timing:
    """The repetitions of one side in seconds: how many, their median and their quartiles."""

    repetitions: int
    median: float
    lower: float
    upper: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Timing":
        """Return the timing of at least two repetitions."""
        lower, _, upper = quantiles(seconds, n=4)
        return cls(len(seconds), median(seconds), lower, upper)


@frozen
class Row:
    """A line of SPEC.md section 15: a ratio measured, its target, and whether it is met."""

    work: str
    ratio: float
    target: float
    better: Literal["lower", "higher"]
    sides: Mapping[str, Timing]
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the measured ratio reaches the target."""
        if self.better == "lower":
            return self.ratio <= self.target
        return self.ratio >= self.target


def interleaved(
    sides: Mapping[str, Work], *, repetitions: int, warmup: int = 1
) -> dict[str, Timing]:
    """Time each side ``repetitions`` times in turn, so that a busy moment hits all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for repetition in range(-warmup, repetitions):
        for name, work in sides.items():
            begun = perf_counter()
            work()
            elapsed = perf_counter() - begun
            if repetition >= 0:
                seconds[name].append(elapsed)
    return {name: Timing.of(each) for name, each in seconds.items()}


def machine(connection: psycopg.Connection[Any] | None = None) -> dict[str, object]:
    """Return what the numbers depend on, and nothing that names this machine."""
    facts: dict[str, object] = {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],  # of one minute: above the cores, distrust absolute times
        "processor": _processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }
    if connection is not None:
        facts["postgresql"] = connection.info.parameter_status("server_version")
    return facts


def write_results(name: str, rows: Sequence[Row], facts: Mapping[str, object]) -> Path:
    """Write ``benchmarks/results/NAME.json``, print the rows, and return the file's path."""
    RESULTS.mkdir(exist_ok=True)
    lines = [asdict(row) | {"met": row.met} for row in rows]
    path = RESULTS / f"{name}.json"
    today = datetime.now(UTC).date().isoformat()
    facts_and_rows = {"machine": dict(facts), "rows": lines}
    content = _rounded({"name": name, "measured_at": today, **facts_and_rows})
    path.write_text(json.dumps(content, indent=2) + "\n")
    for row in rows:
        sign = "<=" if row.better == "lower" else ">="
        verdict = "met" if row.met else "MISSED"
        print(f"{verdict:7}{row.work}: {row.ratio:.3g} (target {sign} {row.target:g})")
    return path


def load_results() -> list[dict[str, Any]]:
    """Return all kept results, by name."""
    files = sorted(RESULTS.glob("*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def _rounded(value: object) -> object:
    """Return ``value`` with its floats cut to four significant digits."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return value


def _processor() -> str:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return models[0] if models else platform.machine()
