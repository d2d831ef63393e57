"""Second part: the world moves on, corrections come late, and the past stays what it was."""

import featuretrail as ft
from featuretrail.domain.digest import table_digest
from featuretrail.infrastructure.snapshots.comparison import SnapshotDiff
from flights import observations, times
from flights.freezing import SPLIT, answer_digest, compute, ingest, show_receipts
from flights.scene import SET, Scene
from flights.screen import short


def ingest_corrections(scene: Scene) -> None:
    """Ingest two late corrections of the weather."""
    weather = scene.year.weather
    with scene.screen.step(
        "ingest_corrections",
        "Corrections come late",
        "On 12 February the data has a wind of 1,048 mph at Newark: the station's own error, now "
        "taken back. And (we make this up) LaGuardia's thermometer read 3.6 °F too warm for a "
        "week of March. Nothing is overwritten: new rows of the same hours say otherwise.",
    ):
        gale = ingest(
            scene,
            "weather",
            observations.impossible_wind(weather),
            part="impossible-wind",
            reason="no wind blows at 1,048 mph",
        )
        recalibrated = ingest(
            scene,
            "weather",
            observations.recalibration(weather),
            part="recalibration",
            reason="a thermometer read 3.6 °F too warm",
        )
        show_receipts(scene, [gale, recalibrated])


def ingest_november(scene: Scene) -> None:
    """Ingest November."""
    with scene.screen.step(
        "ingest_november",
        "November arrives",
        "One more month, in four batches. Sending one of them twice changes nothing.",
    ):
        november = {
            group: times.before(times.since(table, times.NOVEMBER), times.DECEMBER)
            for group, table in scene.year.values.items()
        }
        why = "November"
        receipts = [ingest(scene, name, rows, "november", why) for name, rows in november.items()]
        again = ingest(scene, "weather", november["weather"], "november", why)
        show_receipts(scene, receipts)
        report = compute(scene, "november", why)
        first = report.features[0]
        scene.screen.say(
            f"What it makes due of the {len(report.features)} delay features is computed: "
            f"{first.rows:,} rows of {first.feature}, from {first.first:%d %B} on."
        )
        scene.screen.proof(
            f"weather sent again: the receipt of position {again.position}, nothing written",
            holds=again.repeated,
        )


def look_back(scene: Scene, frozen: ft.SnapshotInfo) -> None:
    """Ask the frozen question again, as known then and as known now, and show what differs."""
    spine, store = scene.year.spine, scene.store
    with scene.screen.step(
        "look_back",
        "The same question, then and now",
        f"Asked as known at position {frozen.position}, the question gets the answer it got then. "
        "Asked without that cut, it sees the corrections. A second snapshot keeps that answer.",
    ):
        before = answer_digest(store.get_feature_snapshot(frozen.snapshot_id))
        then = table_digest(store.get_historical_features(spine, SET, known_at=frozen.position))
        corrected = store.create_feature_snapshot(
            SET,
            spine,
            "1.1.0",
            split=SPLIT,
            actor="forecasting",
            reason="with the corrections",
        )
        now = answer_digest(store.get_feature_snapshot(corrected.snapshot_id))
        scene.screen.table(
            ["the question, asked", ">known at", "digest of the answer"],
            [
                ("then, and frozen", frozen.position, short(before)),
                ("now, as known then", frozen.position, short(then)),
                ("now, and frozen", corrected.position, short(now)),
            ],
        )
        scene.screen.proof("as known then: the same digest", holds=then == before)
        scene.screen.proof("as known now: another one", holds=now != before)
        difference = store.diff_snapshots(frozen.snapshot_id, corrected.snapshot_id)
        _show_difference(scene, difference)
        scene.report.note(
            "hindsight",
            answer_as_known_then_digest=then,
            answer_as_known_now_digest=now,
            corrected_snapshot_digest=corrected.digest,
            changed_cells=dict(difference.changed_cells),
        )


def find_leaks(scene: Scene) -> None:
    """Report which answers used values that were published after the question was asked."""
    with scene.screen.step(
        "find_leaks",
        "Who saw the future?",
        "Each row of ours says when its source published it (assumed: weather 10 minutes after "
        "the hour, landings after 5; corrections, weeks). The leakage report joins twice, once "
        "with only what was published by the time of the question, and lists what differs.",
    ):
        report = scene.store.leakage_report(scene.year.spine, SET)
        share = report.leaking_rows / report.rows
        counts = sorted(report.columns.items(), key=lambda item: -item[1])
        scene.screen.table(
            ["feature", ">rows that saw a later value"],
            [(name, count) for name, count in counts if count],
        )
        scene.screen.say(
            f"{report.leaking_rows:,} of {report.rows:,} rows ({share:.1%}) differ. A model to be "
            'trusted is trained with knowledge="row", which leaves those values out:'
        )
        honest = scene.store.create_feature_snapshot(
            SET,
            scene.year.spine,
            "1.2.0",
            knowledge="row",
            split=SPLIT,
            actor="forecasting",
            reason="only what was published when it was asked",
        )
        scene.screen.table(
            ["snapshot", ">rows", ">position", "digest"],
            [(honest.snapshot_id, honest.rows, honest.position, short(honest.digest))],
        )
        scene.report.note(
            "leakage",
            rows=report.rows,
            leaking_rows=report.leaking_rows,
            columns=dict(report.columns),
            without_leaks_digest=honest.digest,
        )


def _show_difference(scene: Scene, difference: SnapshotDiff) -> None:
    spine = scene.year.spine
    cells = ", ".join(f"{count:,} of {name}" for name, count in difference.changed_cells.items())
    scene.screen.say(
        f"Cells that differ: {cells}. (No flight was asked about at 3 a.m., the hour of that wind.)"
    )
    rows = []
    for example in difference.examples[:6]:
        asked = spine.slice(example.row, 1).to_pylist()[0]
        time = f"{asked['event_time']:%d %b %H:%M}"
        rows.append((asked["flight"], time, example.column, example.value, example.other))
    scene.screen.table(
        ["flight", "asked at (UTC)", "column", ">then", ">now"], rows, title="the first of them"
    )
