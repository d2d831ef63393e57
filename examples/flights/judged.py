"""December is asked about, served, judged by what really happened, and compared elsewhere."""

from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

import featuretrail as ft
from flights import times
from flights.present import CARRIERS, DELAY
from flights.scene import SET, Scene

ASKED: Final = "1.3.0"
KNOWN: Final = "1.4.0"
LABEL: Final = "flights.dep_delay"
BROKEN_ROW: Final = 100
TEMP: Final = "temp"
TEMPERATURE: Final = "weather.temp"


def judge(scene: Scene) -> None:
    """Freeze December's questions, serve, and record as outcomes how late the flights left."""
    store, questions = scene.store, scene.year.december
    with scene.screen.step(
        "judge",
        "What really happened",
        f"{questions.num_rows:,} questions about December are frozen when no flight of it had left "
        "yet: no label is known. What a server answers online is logged. Then the departures come, "
        "as outcomes that say which question each of them judges, and are labels from then on.",
    ):
        asked = store.create_feature_snapshot(
            SET, questions, ASKED, actor="forecasting", reason="December, before it left"
        )
        served = _serve(scene)
        happened = _happened(scene)
        receipt = _record(scene, happened, asked.snapshot_id)
        again = _record(scene, happened, asked.snapshot_id)
        known = store.create_feature_snapshot(
            SET, questions, KNOWN, actor="forecasting", reason="December, with what happened"
        )
        before, after = _labels(scene, asked), _labels(scene, known)
        scene.screen.table(
            ["snapshot", ">rows", ">with a label", ">position"],
            [
                (asked.snapshot_id, asked.rows, before, asked.position),
                (known.snapshot_id, known.rows, after, known.position),
            ],
        )
        scene.screen.proof(
            f"{receipt.rows:,} outcomes recorded, each judging its question; sent again: "
            f"{again.repeated:,} known, {again.rows} written",
            holds=receipt.judged == receipt.rows == again.repeated and again.rows == 0,
        )
        scene.screen.proof(
            "no question had a label before, every one has it now",
            holds=before == 0 and after == questions.num_rows,
        )
        scene.report.note(
            "judge",
            asked_digest=asked.digest,
            known_digest=known.digest,
            outcomes=receipt.rows,
            repeated=again.repeated,
            labels_before=before,
            labels_after=after,
            served=served,
        )


def compare(scene: Scene) -> None:
    """Compare what served, what judged, and a second system that is wrong in one value."""
    snapshot = f"{SET}@{KNOWN}"
    with scene.screen.step(
        "compare",
        "The same numbers everywhere?",
        "What was served is derived again from the values, what happened is held against the "
        "labels, and a copy in a data warehouse against the frozen rows. In the warehouse one "
        "temperature (we make this up) was stored in degrees Celsius.",
    ):
        frozen = scene.store.get_feature_snapshot(snapshot).to_arrow()
        broken, asked = _warehouse(scene, frozen)
        report = scene.store.validate_feature_consistency(
            snapshot,
            ["streaming", "outcome", "cross_system"],
            sources=[ft.ParquetSource(scene.folder / "warehouse", name="warehouse")],
            actor="forecasting",
        )
        scene.screen.table(
            ["compared", "with", ">values", ">differ", "status", ">confidence"],
            [
                (kind, each.name, each.cells, each.faults, each.status,
                 result.confidence_score)
                for kind, result in report.results.items()
                for each in result.comparisons
            ],
        )  # fmt: skip
        found = report["cross_system"]
        for words in found.words:
            scene.screen.say(words)
        _prove(scene, report, broken, asked)


def _serve(scene: Scene) -> int:
    """Answer for carriers as a server does that logs its answers; return how many were logged."""
    folder = scene.folder / ".featuretrail"
    settings = ft.Settings(actor="server", embedded=folder, record_performance=False, serve_log=1.0)
    with ft.connect(folder=folder, settings=settings) as server:
        answer = server.get_online_features([DELAY], {"carrier": CARRIERS}, served_id=True)
    return int(answer.num_rows - answer["served_id"].null_count)


def _happened(scene: Scene) -> pa.Table:
    """Return the departures that were asked about, and when they were."""
    asked = scene.year.december.select(["flight", "event_time"])
    asked = asked.rename_columns(["flight", "judged_time"])
    left = times.since(scene.year.outcomes, times.DECEMBER)
    return left.join(asked, "flight", join_type="inner").sort_by("flight")


def _record(scene: Scene, happened: pa.Table, snapshot: str) -> ft.OutcomeReceipt:
    return scene.store.record_outcomes(
        LABEL, happened, snapshot=snapshot, source="departures", actor="operations",
        reason="December left",
    )  # fmt: skip


def _labels(scene: Scene, info: ft.SnapshotInfo) -> int:
    frozen = scene.store.get_feature_snapshot(info.snapshot_id)
    column = frozen.to_arrow()[str(frozen.label)]
    return int(len(column) - column.null_count)


def _warehouse(scene: Scene, frozen: pa.Table) -> tuple[float, dict[str, Any]]:
    """Write the frozen rows as another system would; return the wrong value and its row."""
    folder = scene.folder / "warehouse"
    folder.mkdir(exist_ok=True)
    place = BROKEN_ROW % frozen.num_rows
    right = frozen[TEMP][place].as_py()
    wrong = round((right - 32) / 1.8, 2)
    values = frozen[TEMP].to_pylist()
    values[place] = wrong
    at = frozen.column_names.index(TEMP)
    pq.write_table(
        frozen.set_column(at, TEMP, pa.array(values, pa.float64())), folder / "december.parquet"
    )
    return wrong, frozen.slice(place, 1).to_pylist()[0]


def _prove(
    scene: Scene, report: ft.ConsistencyReport, broken: float, asked: dict[str, Any]
) -> None:
    [warehouse] = report["cross_system"].comparisons
    wrong = [each for each in warehouse.features.values() if each.mismatches]
    [example] = wrong[0].examples
    scene.screen.proof(
        "what was served is what the values say, and what happened is what was learned from",
        holds=report["streaming"].status == report["outcome"].status == "passed",
    )
    scene.screen.proof(
        f"the one value that is wrong in the warehouse is found: {example.found} degrees at "
        f"{example.keys['origin']}, where it was {example.expected}",
        holds=[each.feature for each in wrong] == [TEMPERATURE]
        and example.found == broken
        and example.keys["origin"] == asked["origin"],
    )
    scene.report.note(
        "consistency",
        statuses={kind: each.status for kind, each in report.results.items()},
        faults=warehouse.faults,
        origin=example.keys["origin"],
        found=example.found,
    )
