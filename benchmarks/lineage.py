"""Lineage of 10,000 features and 40,000 edges: declaring, closures, the cycle check.

``track_feature_lineage`` is the whole call on a store that holds the graph: each call gives one
feature a new parent. Closures and the cycle check are those of the graph in memory, from the root
to all and from a leaf up; networkx answers the same in the same run, and must find as much.

    python -m benchmarks.lineage
"""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

import featuretrail as ft
from benchmarks.measure import Row, Timing, interleaved, machine, write_results
from benchmarks.peers import environments
from benchmarks.server import scratch_database
from featuretrail.domain.aggregates.lineage import LineageAggregate, decide_declare
from featuretrail.domain.events import Metadata
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.migrations import migrate

FEATURES, PARENTS, REACH = 10_000, 4, 400
"""Each feature has four parents among the 400 before it (the first ones fewer)."""
PER_GROUP = 500
REPETITIONS = 30
LIMIT = 0.05
"""Seconds that the specification allows."""

NAMES = [f"group_{n // PER_GROUP}.feature_{n}" for n in range(FEATURES)]
ROOT, LEAF = (ft.Node("feature", NAMES[n], "1.0.0") for n in (0, FEATURES - 1))


def parents() -> list[list[str]]:
    """Return the parents of each feature, the same on every run."""
    chance = Random(20130101)  # noqa: S311 - a graph, no secret
    found: list[list[str]] = []
    for child in range(FEATURES):
        near = range(max(0, child - REACH), child)
        chosen = chance.sample(near, min(PARENTS, len(near)))
        # so that the root reaches all, and the leaf comes from most
        found.append([NAMES[n] for n in sorted({*chosen[1:], *near[-1:]})])
    return found


def main() -> None:
    """Measure every row and write the results."""
    above = parents()
    with scratch_database() as url:
        migrate(url)
        fill(url, above)
        with (
            ft.connect(url, actor="benchmark", artifacts="database:") as store,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            sides, sizes = measure(store)
            facts = machine(connection)
        peer = _networkx(above)
    if peer["sizes"] != sizes:
        raise AssertionError(f"we find {sizes}, networkx {peer['sizes']}")
    write_results("lineage", _rows(sides, peer["seconds"]), {**facts, "networkx": peer["version"]})


def fill(url: str, above: list[list[str]]) -> None:
    """Register the features and declare their parents."""
    groups = [
        ft.FeatureGroup(
            f"group_{n}",
            {"entity": "int64"},
            [ft.Feature(name.partition(".")[2], "float64") for name in NAMES[first:last]],
        )
        for n, first in enumerate(range(0, FEATURES, PER_GROUP))
        for last in [first + PER_GROUP]
    ]
    with ft.connect(url, actor="benchmark", artifacts="database:") as store:
        store.register(*groups)
    declared = [
        event
        for name, given in zip(NAMES, above, strict=True)
        for event in decide_declare(
            LineageAggregate.initial(f"{name}@1.0.0"),
            [ft.Parent.feature(f"{parent}@1.0.0") for parent in given],
            Metadata(),
        )
    ]
    with Database(url) as database:
        log = EventLog(database)
        for first in range(0, FEATURES, 1_000):
            log.append(*declared[first : first + 1_000])


def measure(store: ft.TimescaleDBFeatureStore) -> tuple[dict[str, Timing], dict[str, int]]:
    """Time each question; return the timings and how much was found."""
    graph = store.lineage.graph()
    works: dict[str, Callable[[], Any]] = {
        "down": lambda: graph.downstream(ROOT),
        "up": lambda: graph.upstream(LEAF),
        "cycle": lambda: graph.cycle_with([(LEAF, ROOT)]),
    }
    sizes = {name: len(work()) - (name == "cycle") for name, work in works.items()}
    numbers = count()

    def track() -> None:
        child = FEATURES // 2 + next(numbers)
        above = [NAMES[child - 1], NAMES[child % 100]]
        store.track_feature_lineage(NAMES[child], above)

    timings = interleaved({**works, "track": track}, repetitions=REPETITIONS)
    return timings, sizes


def _networkx(above: list[list[str]]) -> dict[str, Any]:
    edges = [(parent, child) for child, given in zip(NAMES, above, strict=True) for parent in given]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "edges.json"
        file.write_text(json.dumps(edges))
        return environments.run(
            "networkx", "networkx_graph", "--edges", str(file), "--repeat", str(REPETITIONS)
        )


def _rows(sides: dict[str, Timing], peer: dict[str, list[float]]) -> list[Row]:
    works = {
        "down": "all that comes from one of 10,000 features",
        "up": "all that one of 10,000 features comes from",
        "cycle": "refusal of a cycle among 10,000 features",
    }
    allowed = Timing(1, LIMIT, LIMIT, LIMIT)
    rows = [
        Row(f"{work}: of 50 ms", sides[name].median / LIMIT, 1, "lower", _of(sides[name], allowed))
        for name, work in {"track": "track_feature_lineage among 10,000 features", **works}.items()
    ]
    for name, work in works.items():
        other = Timing.of(peer[name])
        both = {"networkx": other, "featuretrail": sides[name]}
        rows.append(
            Row(
                f"{work}: faster than networkx",
                other.median / sides[name].median,
                1,
                "higher",
                both,
            )
        )
    return rows


def _of(ours: Timing, allowed: Timing) -> dict[str, Timing]:
    return {"allowed": allowed, "featuretrail": ours}


if __name__ == "__main__":
    main()
