"""Freezes, proves and audits training data of real flights: what `make demo` runs."""

import argparse
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console

import featuretrail as ft
from featuretrail.infrastructure import embedded
from flights.report import Report
from flights.scene import Scene
from flights.screen import Screen
from flights.source import data_folder
from flights.story import tell
from flights.year import FLIGHTS, SPINE_ROWS, Year, thinned_flights

WELCOME = (
    "{flights} from New York in 2013, cancelled ones included, and the weather at its airports. We "
    "freeze training data for a model of departure delays, prove it, correct the past, and show "
    "that what was frozen still stands."
)

FEWEST_ROWS = 500


def main() -> None:
    """Run the demo in a fresh store under ``--folder``."""
    options = _arguments()
    try:
        data_folder()
    except ModuleNotFoundError as error:
        sys.exit(f"error: {error}")
    began = time.perf_counter()
    report = Report()
    console = Console(highlight=False)
    screen = Screen(console, report)
    screen.banner("featuretrail", WELCOME.format(flights=_flights(options.rows)))
    with console.status("reading the year and starting the embedded server"):
        year = Year.read(options.rows)
        # what its steps cost would come into the log when it pleases, and move its positions
        store = ft.connect(
            folder=_emptied(options.folder / ".featuretrail"),
            actor="demo",
            record_performance=False,
        )
    report.timed("prepare", time.perf_counter() - began)
    with store:
        site = tell(Scene(store, year, screen, report, options.folder, options.broker))
    report.timed("everything", time.perf_counter() - began)
    report.write(options.folder / "report.json")
    screen.closing(
        f"The facts of this story are in {options.folder / 'report.json'}, and the documentation "
        f"of its features begins with {site}."
    )


def _flights(rows: int) -> str:
    taken = thinned_flights(rows)
    return f"All {FLIGHTS:,} flights" if taken == FLIGHTS else f"{taken:,} of {FLIGHTS:,} flights"


def _emptied(folder: Path) -> Path:
    """Return ``folder`` without the store that an earlier run left in it."""
    if folder.exists():
        embedded.remove(folder)
        shutil.rmtree(folder)
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows",
        type=_rows,
        default=SPINE_ROWS,
        help="departures to freeze, fewer than %(default)s thin all flights alike",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("build/demo"),
        help="where report.json goes, beside the store's data (default: %(default)s)",
    )
    parser.add_argument(
        "--broker",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether December comes through a NATS server, where there is one",
    )
    return parser.parse_args()


def _rows(text: str) -> int:
    """Return the number that ``--rows`` gives."""
    rows = int(text)
    if not FEWEST_ROWS <= rows <= SPINE_ROWS:
        raise argparse.ArgumentTypeError(f"{rows} is not within {FEWEST_ROWS} and {SPINE_ROWS}")
    return rows


if __name__ == "__main__":
    main()
