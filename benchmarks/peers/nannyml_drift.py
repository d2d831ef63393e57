"""Drift of all columns by NannyML, Kolmogorov-Smirnov each; prints one JSON line.

    python -m benchmarks.peers.nannyml_drift --folder FOLDER --repeat 3

The folder holds reference.parquet and current.parquet. Only ``calculate`` is timed, after ``fit``;
the window is one chunk.
"""

import argparse
import json
import time
from pathlib import Path

import nannyml as nml
import pandas as pd


def main() -> None:
    """Time the calculation and print the seconds and the distances."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--repeat", type=int, required=True)
    given = parser.parse_args()
    reference, current = (
        pd.read_parquet(given.folder / f"{name}.parquet") for name in ("reference", "current")
    )
    columns = list(reference.columns)
    calculator = nml.UnivariateDriftCalculator(
        column_names=columns, continuous_methods=["kolmogorov_smirnov"], chunk_size=len(current)
    ).fit(reference)
    seconds = []
    for _ in range(given.repeat):
        begun = time.perf_counter()
        result = calculator.calculate(current)
        seconds.append(time.perf_counter() - begun)
    frame = result.filter(period="analysis").to_df()
    distances = [float(frame[name]["kolmogorov_smirnov"]["value"].iloc[0]) for name in columns]
    print(json.dumps({"seconds": seconds, "distances": distances, "version": nml.__version__}))


if __name__ == "__main__":
    main()
