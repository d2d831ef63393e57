"""Run the benchmarks and show their figures beside their targets.

    python -m benchmarks.run [--show] [--url URL] [name ...]

Each benchmark runs in a process of its own, one after the other; a failure does not stop the
next. Ends with 1 when one failed; a missed target is shown, and is no failure.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measure import load_results
from benchmarks.peers import environments
from benchmarks.server import ROOT, URL_VARIABLE

PEERS: dict[str, tuple[str, ...]] = {
    "log_append": (),
    "ingest": (),
    "point_in_time": ("feast",),
    "online": ("feast",),
    "lineage": ("networkx",),
    "compute": (),
    "read_side": (),
    "performance": (),
    "quality": (),
    "served_log": (),
    "site": (),
    "pool": (),
    "timescaledb": (),
    "drift": ("evidently", "nannyml"),
    "streaming": (),
    "consistency": ("datacompy",),
}
"""The benchmarks in their order, and the peers whose environments they need."""


def _measure(name: str, console: Console) -> bool:
    """Run one benchmark; return whether it finished."""
    try:
        for peer in PEERS[name]:
            with console.status(f"environment of {peer}"):
                environments.environment(peer)
    except environments.PeerError as error:
        console.print(f"[red]{name}[/]: {error}", highlight=False)
        return False
    console.rule(name)
    program = f"from benchmarks.{name} import main; main()"
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def figures(results: Sequence[dict[str, Any]]) -> Table:
    """Return the table of all figures; times are medians in milliseconds."""
    table = Table(title="Ratios of one machine; see benchmarks/README.md", title_justify="left")
    table.add_column("work")
    table.add_column("sides")
    for heading in ("ratio", "target"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for result in results:
        for row in result["rows"]:
            sides = (f"{side} {t['median'] * 1e3:.4g} ms" for side, t in row["sides"].items())
            sign = "<=" if row["better"] == "lower" else ">="
            table.add_row(
                row["work"],
                "\n".join(sides),
                f"{row['ratio']:.3g}",
                f"{sign} {row['target']:g}",
                "[green]met[/]" if row["met"] else "[red]not met[/]",
            )
        table.add_section()
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benchmarks (all of them by default), then show every kept figure."""
    parser = argparse.ArgumentParser(description="measure ours beside peers and floors")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(PEERS))
    parser.add_argument("--show", action="store_true", help="only show the kept results")
    parser.add_argument("--url", help="a PostgreSQL server to measure on, not the embedded one")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(PEERS))
    if unknown:
        parser.error(f"no benchmark is named {', '.join(unknown)}; there are {', '.join(PEERS)}")
    if given.url is not None:
        os.environ[URL_VARIABLE] = given.url
    console = Console()
    names = [] if given.show else given.names or list(PEERS)
    failed = [name for name in names if not _measure(name, console)]
    console.print(figures(load_results()))
    if failed:
        console.print(f"[red]failed:[/] {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
