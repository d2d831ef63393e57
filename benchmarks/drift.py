"""A drift check of 50 features x 100,000 rows: beside sorting them, Evidently and NannyML.

Both sides have their baselines before the clock starts: our profiles are made, NannyML is fitted.
Evidently compares two data frames and keeps nothing, so it gets both. Each uses Kolmogorov-Smirnov;
our check computes all its measures and judges them. Peers' distances must be ours, to a hundredth.

    python -m benchmarks.drift
"""

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

    def check() -> dict[str, Measures]:
        measures = {n: measure(profiles[n], column, "float64") for n, column in columns.items()}
        assert len(judge(measures)) == FEATURES
        return measures

    def sort() -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
        return [np.sort(column.to_numpy()) for column in columns.values()]

    sides = interleaved({"featuretrail": check, "np.sort": sort}, repetitions=REPETITIONS, warmup=2)
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
            rows.append(_beside(peer, found["seconds"], sides["featuretrail"], target))
            facts[peer] = found["version"]
    write_results("drift", rows, facts)


def _table(random: np.random.Generator, moved: float) -> pa.Table:
    names = [f"f{k}" for k in range(FEATURES)]
    return pa.table({n: random.normal(moved * (k % 3), 1, ROWS) for k, n in enumerate(names)})


def _floor(sides: dict[str, Timing]) -> Row:
    ratio = sides["featuretrail"].median / sides["np.sort"].median
    work = f"drift check of {FEATURES} features x {ROWS:,} rows: of sorting them"
    return Row(work, ratio, SORT, "lower", sides)


def _beside(peer: str, seconds: list[float], ours: Timing, target: float) -> Row:
    theirs = Timing.of(seconds)
    name = {"evidently": "Evidently", "nannyml": "NannyML's calculate"}[peer]
    work = f"drift check of {FEATURES} features x {ROWS:,} rows: faster than {name}"
    sides = {name: theirs, "featuretrail": ours}
    return Row(work, theirs.median / ours.median, target, "higher", sides)


if __name__ == "__main__":
    main()
