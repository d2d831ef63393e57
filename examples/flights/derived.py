"""Last part: the tables that dashboards read, built anew and proven, and asked about the past."""

from typing import Any, Final

from attrs import evolve

import featuretrail as ft
from flights.definitions import groups
from flights.scene import Scene
from flights.screen import short

FEATURE: Final = "weather.temp"
KEYS: Final = ("version", "description", "constraints")


def rebuild(scene: Scene) -> None:
    """Build the read side anew, prove that it equals the live one, and put it in its place."""
    with scene.screen.step(
        "rebuild",
        "What dashboards read is derived, provably",
        "Seven tables and three views are built from the log by projection. We build them anew "
        "beside the live ones, compare the two byte for byte, and swap the new ones in.",
    ):
        scene.store.projections.catch_up()
        done = scene.store.projections.rebuild()
        proofs = () if done.verification is None else done.verification.tables
        scene.screen.table(
            ["table", ">rows", "live", "rebuilt"],
            [
                (proof.table, proof.rows, short(proof.digest), short(proof.rebuilt_digest))
                for proof in proofs
                if proof.rows
            ],
            title=f"tables with rows, at position {done.position}",
        )
        scene.screen.proof(
            f"all {len(proofs)} tables are what {done.position} events make; the rebuilt ones "
            "are live now",
            holds=done.ok and done.swapped,
        )
        scene.report.note(
            "rebuild",
            ok=done.ok,
            swapped=done.swapped,
            position=done.position,
            rows={proof.table: proof.rows for proof in proofs},
        )


def ask(scene: Scene, frozen: ft.SnapshotInfo) -> None:
    """Change a definition, and ask what it was when the training data was frozen."""
    audit, store = scene.store.audit, scene.store
    with scene.screen.step(
        "ask",
        "What did we know when we froze it?",
        f"The weather desk tightens what {FEATURE} may be, as its version 1.1.0 (we make this up). "
        "The table of metadata shows the new definition; as of the position of our snapshot it "
        "still shows the old one, and says who changed it and why.",
    ):
        store.register(
            _tightened(), actor="weather-desk", reason="New York was never colder than -15 °F"
        )
        store.wait_until(store.position)
        then, now = (_metadata(scene, at) for at in (frozen.position, store.position))
        scene.screen.table(
            [FEATURE, "when we froze", "now"],
            [(key, _text(then[key]), _text(now[key])) for key in KEYS],
            title=f"feature_metadata as of position {frozen.position}, and of {store.position}",
        )
        change = audit.diff(f"feature {FEATURE}", frozen.position)
        last = change.events[-1]
        scene.screen.say(f"Changed by event {last.position}: {last.actor}, because: {last.reason}")
        row = next(
            row
            for row in audit.rows_at("feature_metadata", feature=FEATURE).rows
            if row["metadata_key"] == "constraints"
        )
        origin = audit.row("feature_metadata", row["id"])
        made, revised = origin.made_by.position, [each.position for each in origin.revised_by]
        scene.screen.proof(
            f"the row of its constraints was made by event {made} and revised by {revised[-1]}",
            holds=revised == [last.position] and made < frozen.position,
        )
        scene.report.note(
            "past",
            then={key: then[key] for key in KEYS},
            now={key: now[key] for key in KEYS},
            changed_by=last.position,
            actor=last.actor,
            reason=last.reason,
            row_made_by=made,
        )


def _tightened() -> ft.FeatureGroup:
    """Return the weather group with a narrower range of temperatures."""
    weather = next(group for group in groups() if group.name == "weather")
    features = [
        evolve(feature, version="1.1.0", constraints=ft.Range(-15, 110))
        if feature.name == "temp"
        else feature
        for feature in weather.features
    ]
    return evolve(weather, features=features)


def _metadata(scene: Scene, at: int) -> dict[str, Any]:
    """Return what the metadata of the feature said as of a position, by key."""
    table = scene.store.audit.rows_at("feature_metadata", at, feature=FEATURE)
    return {row["metadata_key"]: row["metadata_value"] for row in table.rows}


def _text(value: object) -> str:
    """Return a metadata value for a person, such as ``range -60 to 140`` for constraints."""
    if not isinstance(value, list):
        return str(value)
    return ", ".join(f"{each['kind']} {each['minimum']} to {each['maximum']}" for each in value)
