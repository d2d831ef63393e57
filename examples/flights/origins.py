"""Where a feature comes from, what depends on it, and what it costs."""

from itertools import chain
from typing import Final

import featuretrail as ft
from flights.scene import Scene
from rules.delays import CARRIER_DELAY, ROUTE_DELAY
from rules.weather import WEATHER_TREND

FEATURE: Final = "carrier_landings.arr_delay"
PICTURE: Final = "lineage.svg"
KINDS: Final = (
    ("feature", "features computed from it"),
    ("set", "feature sets with it"),
    ("snapshot", "frozen training data"),
    ("training_run", "models"),
)


def trace(scene: Scene, frozen: ft.SnapshotInfo) -> None:
    """Ask what would break if a feature changed, draw it, and tell what the computed ones cost."""
    store = scene.store
    with scene.screen.step(
        "lineage",
        "What breaks if we change it, and what does it cost?",
        f"The log also tells where everything comes from. Somebody wants to change {FEATURE}: what "
        "would that reach?",
    ):
        store.record_training_run("delay_model", frozen, actor="forecasting")
        impact = store.lineage.impact(FEATURE)
        affected = {
            "feature": impact.features,
            "set": impact.sets,
            "snapshot": impact.snapshots,
            "training_run": impact.models,
        }
        scene.screen.table(
            ["", "reached"],
            [(what, ", ".join(_names(affected[kind])) or "none") for kind, what in KINDS],
        )
        reached = set(chain.from_iterable(affected.values()))
        before = store.lineage.impact(FEATURE, at=frozen.position)
        scene.screen.proof(
            f"a change reaches {len(reached)} things now; when we froze, it reached "
            f"{len(before.affected)}",
            holds=len(before.affected) < len(reached),
        )
        path = scene.folder / PICTURE
        store.lineage.export("svg").write(path)
        scene.screen.say(f"The whole picture is in {path}.")
        _show_costs(scene)
        scene.report.note(
            "lineage",
            reached={kind: _names(affected[kind]) for kind, _ in KINDS},
            reached_when_frozen=len(before.affected),
        )


def _show_costs(scene: Scene) -> None:
    """Show what computing each feature by its rule cost; every run of the demo measures anew."""
    store = scene.store
    store.wait_until(store.position)
    costs = [
        store.get_feature_performance_metrics(f"{group.name}.{feature.name}")
        for group in (CARRIER_DELAY, ROUTE_DELAY, WEATHER_TREND)
        for feature in group.features
    ]
    scene.screen.table(
        ["feature", ">times", ">mean ms", ">budget ms", ">score"],
        [
            (
                cost.feature_name,
                cost.total.uses,
                cost.total.mean_ms,
                cost.budget_ms,
                cost.total.score,
            )
            for cost in costs
            if cost.total is not None
        ],
        title="what computing them cost, against their budgets",
    )


def _names(affected: tuple[ft.Affected, ...]) -> list[str]:
    return [str(each.node) for each in affected]
