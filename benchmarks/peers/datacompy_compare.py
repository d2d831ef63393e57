"""Comparing two tables by datacompy, on pandas and on Polars; prints one JSON line.

    python -m benchmarks.peers.datacompy_compare --folder FOLDER --repeat 3

The folder holds expected.parquet and found.parquet, joined by ``key``. Each comparison is timed
whole, until the number of unequal values is known; reading the files is not.
"""

import argparse
import json
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import datacompy
import pandas as pd
import polars as pl

TOLERANCE = 1e-9


def main() -> None:
    """Time both engines and print the seconds and what they found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--repeat", type=int, required=True)
    given = parser.parse_args()
    files = [given.folder / f"{name}.parquet" for name in ("expected", "found")]
    pandas, pandas_found = timed(
        datacompy.PandasCompare, [pd.read_parquet(file) for file in files], given.repeat
    )
    polars, polars_found = timed(
        datacompy.PolarsCompare, [pl.read_parquet(file) for file in files], given.repeat
    )
    print(
        json.dumps(
            {
                "pandas": pandas,
                "polars": polars,
                "differences": [pandas_found, polars_found],
                "version": version("datacompy"),
            }
        )
    )


def timed(kind: Any, frames: list[Any], repeat: int) -> tuple[list[float], int]:  # noqa: ANN401 - of datacompy
    """Return the seconds of each comparison and the number of unequal values."""
    seconds, unequal = [], 0
    for _ in range(repeat):
        begun = time.perf_counter()
        made = kind(*frames, join_columns="key", abs_tol=0, rel_tol=TOLERANCE)
        unequal = int(sum(each["unequal_cnt"] for each in made.column_stats))
        seconds.append(time.perf_counter() - begun)
    return seconds, unequal


if __name__ == "__main__":
    main()
