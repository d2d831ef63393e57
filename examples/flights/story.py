"""The story, in order."""

from pathlib import Path

from flights import (
    computed,
    december,
    derived,
    documented,
    freezing,
    hindsight,
    judged,
    origins,
    present,
    seasons,
    watch,
)
from flights.scene import Scene


def tell(scene: Scene) -> Path:
    """Tell every step of the story, and return where the site that ends it begins."""
    year = scene.year
    scene.report.note(
        "data",
        flights=year.flights,
        rows={group: table.num_rows for group, table in year.values.items()},
        questions=year.spine.num_rows,
    )
    freezing.register(scene)
    freezing.ingest_ten_months(scene)
    freezing.compute_delays(scene)
    frozen = freezing.freeze(scene)
    freezing.prove(scene, frozen)
    freezing.learn(scene, frozen)
    hindsight.ingest_corrections(scene)
    hindsight.ingest_november(scene)
    december.stream(scene)
    hindsight.look_back(scene, frozen)
    hindsight.find_leaks(scene)
    present.serve(scene)
    present.withdraw(scene, frozen)
    judged.judge(scene)
    judged.compare(scene)
    present.account(scene)
    computed.compute(scene)
    origins.trace(scene, frozen)
    seasons.compare(scene)
    watch.watch(scene)
    derived.rebuild(scene)
    derived.ask(scene, frozen)
    return documented.write(scene)
