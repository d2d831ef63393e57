"""A drift check of 50 features x 100,000 rows: beside sorting them, Evidently and NannyML.

Both sides have their baselines before the clock starts: our profiles are made, NannyML is fitted.
Evidently compares two data frames and keeps nothing, so it gets both. Each uses Kolmogorov-Smirnov;
our check computes all its measures and judges them. Peers' distances must be ours, to a hundredth.
Beside the sort ours has one thread, as the sort; beside the peers it has the threads that a check
of the store has, one a core. How often the sort alone goes into a peer's time is told with each.

    python -m benchmarks.drift
"""

from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import Row, Timing, interleaved, machine, write_results
from benchmarks.peers import environments
from featuretrail.domain.drift.measure import Measures, measure
from featuretrail.domain.drift.profile import profile_of
from featuretrail.domain.drift.verdict import judge
from featuretrail.infrastructure.quality.side_by_side import side_by_side

Mapper = Callable[[Callable[[str], Measures], Iterable[str]], Iterable[Measures]]

FEATURES, ROWS = 50, 100_000
REPETITIONS = 11
SORT, EVIDENTLY, NANNYML = 2.0, 400.0, 4.0
"""The ratios that the specification asks for."""


def main() -> None:
    """Measure ours beside the sort, then each peer, and write the results."""
    random = np.random.default_rng(50)
    reference, current = (_table(random, moved) for moved in (0.0, 0.1))
    profiles = {name: profile_of(reference[name], "float64") for name in reference.column_names}
    columns = {name: current[name].combine_chunks() for name in current.column_names}

    def measured(name: str) -> Measures:
        return measure(profiles[name], columns[name], "float64")

    def check(mapper: Mapper = side_by_side) -> dict[str, Measures]:
        measures = dict(zip(columns, mapper(measured, columns), strict=True))
        assert len(judge(measures)) == FEATURES
        return measures

    def sort() -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
        return [np.sort(column.to_numpy()) for column in columns.values()]

    sides = interleaved(
        {"featuretrail": check, "one thread": lambda: check(map), "np.sort": sort},
        repetitions=REPETITIONS,
        warmup=2,
    )
    distances = [each.ordered.ks for each in check().values() if each.ordered is not None]
    rows = [_floor(sides)]
    facts = machine() | {"scipy": version("scipy")}
    with TemporaryDirectory() as folder:
        for name, table in (("reference", reference), ("current", current)):
            pq.write_table(table, Path(folder) / f"{name}.parquet")
        for peer, target in (("evidently", EVIDENTLY), ("nannyml", NANNYML)):
            found = environments.run(peer, f"{peer}_drift", "--folder", folder, "--repeat", "3")
            if found["distances"]:
                np.testing.assert_allclose(found["distances"], distances, atol=0.01)
            rows.append(_beside(peer, found["seconds"], sides, target))
            facts[peer] = found["version"]
    write_results("drift", rows, facts)


def _table(random: np.random.Generator, moved: float) -> pa.Table:
    names = [f"f{k}" for k in range(FEATURES)]
    return pa.table({n: random.normal(moved * (k % 3), 1, ROWS) for k, n in enumerate(names)})


def _floor(sides: dict[str, Timing]) -> Row:
    shown = {name: sides[name] for name in ("one thread", "np.sort")}
    ratio = shown["one thread"].median / shown["np.sort"].median
    work = f"drift check of {FEATURES} features x {ROWS:,} rows: of sorting them"
    return Row(work, ratio, SORT, "lower", shown)


def _beside(peer: str, seconds: list[float], sides: dict[str, Timing], target: float) -> Row:
    theirs, ours = Timing.of(seconds), sides["featuretrail"]
    name = {"evidently": "Evidently", "nannyml": "NannyML's calculate"}[peer]
    work = f"drift check of {FEATURES} features x {ROWS:,} rows: faster than {name}"
    note = f"np.sort of the same data alone: {theirs.median / sides['np.sort'].median:.3g}"
    shown = {name: theirs, "featuretrail": ours}
    return Row(work, theirs.median / ours.median, target, "higher", shown, note)


if __name__ == "__main__":
    main()
