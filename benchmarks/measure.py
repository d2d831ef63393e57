"""Timing, and the results of a benchmark kept as JSON in ``benchmarks/results``."""

import gc
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from attrs import frozen

RESULTS = Path(__file__).resolve().parent / "results"


@frozen
class Row:
    """One figure: ours beside a peer's (``theirs``) or a limit's (``floor``), and its target.

    ``bound`` says how the ratio is meant: "at least" this many times faster than the peer, or
    "at most" this many times the floor. ``ours`` and ``other`` are in ``unit``, a time.
    """

    what: str
    ours: float
    other: float
    unit: str
    target: float
    bound: Literal["at least", "at most"]

    @property
    def ratio(self) -> float:
        """The peer's time over ours for "at least", ours over the floor for "at most"."""
        return self.other / self.ours if self.bound == "at least" else self.ours / self.other

    @property
    def met(self) -> bool:
        """Whether the ratio reaches its target."""
        return self.ratio >= self.target if self.bound == "at least" else self.ratio <= self.target

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as a JSON object; "theirs" is a peer's, "floor" a limit's time."""
        return {
            "what": self.what,
            "ours": self.ours,
            "theirs" if self.bound == "at least" else "floor": self.other,
            "unit": self.unit,
            "ratio": round(self.ratio, 3),
            "target": f"{self.bound} {self.target:g}x",
            "met": self.met,
        }


def seconds(call: Callable[[], object], repeat: int = 5) -> list[float]:
    """Return the seconds of each of ``repeat`` calls, after one that is not counted."""
    call()
    taken = []
    for _ in range(repeat):
        gc.collect()
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return taken


def median_seconds(call: Callable[[], object], repeat: int = 5) -> float:
    """Return the median of ``seconds``."""
    return statistics.median(seconds(call, repeat))


def machine() -> dict[str, Any]:
    """Describe the machine without naming it."""
    return {
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def save(name: str, rows: Sequence[Row], **facts: Mapping[str, Any]) -> Path:
    """Write ``results/<name>.json``; ``facts`` (versions, checksums) are kept beside the rows."""
    result = {
        "name": name,
        "measured_at": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        **facts,
        "rows": [row.to_dict() for row in rows],
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return path


def load() -> list[dict[str, Any]]:
    """Return all kept results, by name."""
    files = sorted(RESULTS.glob("*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]
