"""Drift of all columns by Evidently, Kolmogorov-Smirnov each; prints one JSON line.

    python -m benchmarks.peers.evidently_drift --folder FOLDER --repeat 3

The folder holds reference.parquet and current.parquet.
"""

import argparse
import json
import time
from pathlib import Path

import evidently
import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset


def main() -> None:
    """Time the report and print the seconds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--repeat", type=int, required=True)
    given = parser.parse_args()
    reference, current = (
        pd.read_parquet(given.folder / f"{name}.parquet") for name in ("reference", "current")
    )
    seconds = []
    for _ in range(given.repeat):
        begun = time.perf_counter()
        result = Report([DataDriftPreset(num_method="ks")]).run(current, reference)
        result.dict()
        seconds.append(time.perf_counter() - begun)
    # its KS reports p only, and no distance that ours could be held to
    print(json.dumps({"seconds": seconds, "distances": [], "version": evidently.__version__}))


if __name__ == "__main__":
    main()
