"""Third part: what is served now, what is taken back, and who did all this."""

from datetime import UTC, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

import featuretrail as ft
from featuretrail.audit.entries import LogEntry
from flights import times
from flights.freezing import compute
from flights.scene import Scene
from flights.screen import bar, short, status

CARRIERS: Final = ["9E", "AA", "B6", "DL", "EV", "MQ", "UA", "US"]
AIRPORTS: Final = ["EWR", "JFK", "LGA"]
WITHDRAWN: Final = "9E"
LANDING: Final = "carrier_landings.arr_delay"
DELAY: Final = "carrier_delay.recent_delay"
TEMP: Final = "weather.temp"


def serve(scene: Scene) -> None:
    """Read online values, and compare them with the historical answer for this moment."""
    with scene.screen.step(
        "serve",
        "What a model would be served now",
        "Online values come from a table kept in the same transaction as the batches. A delay "
        "stays valid until the next landing. Weather is valid for six hours, and 2013 is long "
        "gone: it is served as expired, not as a number from the past.",
    ):
        carriers = _online(scene, DELAY, "carrier", CARRIERS)
        airports = _online(scene, TEMP, "origin", AIRPORTS)
        _show_carriers(scene, carriers)
        _show_airports(scene, airports)
        agree = all(
            _as_of_now(scene, feature, online).equals(online)
            for feature, online in ((DELAY, carriers), (TEMP, airports))
        )
        scene.screen.proof("the historical join of this very moment says the same", holds=agree)
        scene.report.note(
            "online",
            agrees_with_history=agree,
            recent_delay=_by_key(carriers, "recent_delay"),
            statuses=_statuses(airports, "temp__status"),
        )


def withdraw(scene: Scene, frozen: ft.SnapshotInfo) -> None:
    """Retract one carrier's values and show that what was frozen still holds."""
    name, store = scene.year.carriers[WITHDRAWN], scene.store
    with scene.screen.step(
        "withdraw",
        "Taking something back",
        f"{name} reports that its arrivals since October were counted twice (we make this up). "
        "A retraction hides these landings, for whoever asks from now on; and what was computed "
        "from them is computed again.",
    ):
        receipt = store.retract(
            "carrier_landings",
            {"carrier": WITHDRAWN},
            times.utc(2013, 10, 1),
            "arrivals since October were counted twice",
            actor="operations",
        )
        computed = compute(scene, "withdrawn", "landings were withdrawn")
        asked = scene.year.spine.filter(pc.equal(scene.year.spine["carrier"], WITHDRAWN))
        answer = store.get_historical_features(asked, DELAY, status=True)
        hidden = pc.sum(pc.equal(answer["recent_delay__status"], "null")).as_py()
        landing = _online(scene, LANDING, "carrier", [WITHDRAWN])["arr_delay__status"][0].as_py()
        delay = _online(scene, DELAY, "carrier", [WITHDRAWN])["recent_delay__status"][0].as_py()
        proven = store.verify_snapshot(frozen.snapshot_id)
        scene.screen.say(
            f"{computed.features[0].written:,} rows are computed anew, as unknown. Of our "
            f"{asked.num_rows:,} questions about its flights {hidden:,} have no recent delay now. "
            f"Online its last landing is {status(landing)}, its delay {status(delay)}."
        )
        scene.screen.proof(
            f"{frozen.snapshot_id}, frozen before, is still proven both ways", holds=proven.proven
        )
        scene.report.note(
            "retraction",
            position=receipt.position,
            rows_retracted=hidden,
            online_status=landing,
            computed_online_status=delay,
            snapshot_still_verifies=proven.ok,
        )


def account(scene: Scene) -> None:
    """Show the audit trail and verify everything the log certifies."""
    with scene.screen.step(
        "account",
        "Who did all this, and does it still hold?",
        "Every decision is an event in one chain of hashes. Verifying walks the chain, computes "
        "each batch's digest from the stored values again, and reads every snapshot.",
    ):
        entries = scene.store.audit.log(limit=None)
        told = [entry for entry in entries if not entry.subject.startswith("feature ")]
        scene.screen.table(
            [">at", "what", "who", "why"],
            [(e.position, _what(e), e.actor, e.reason) for e in told],
            title="the log, less each feature's definition",
        )
        verified = scene.store.audit.verify()
        scene.screen.proof(
            f"{verified.events} events, {verified.batches} batches and {verified.snapshots} "
            f"snapshots hold; the chain's head is {short(verified.head_digest or '')}",
            holds=verified.ok,
        )
        scene.report.note(
            "audit",
            ok=verified.ok,
            events=verified.events,
            batches=verified.batches,
            snapshots=verified.snapshots,
            position=verified.position,
            chain_head=verified.head_digest,
            actors=_actors(entries),
        )


def _online(scene: Scene, feature: str, key: str, keys: list[str]) -> pa.Table:
    return scene.store.get_online_features([feature], {key: keys}, status=True, event_time=True)


def _as_of_now(scene: Scene, feature: str, online: pa.Table) -> pa.Table:
    """Return the historical answer to an online read, in the online answer's columns."""
    now = pa.array([datetime.now(UTC)] * online.num_rows, pa.timestamp("us", tz="UTC"))
    spine = online.select([0]).append_column("asked", now)
    answer = scene.store.get_historical_features(
        spine, [feature], time_column="asked", status=True, event_time=True
    )
    return answer.select(online.column_names)


def _show_carriers(scene: Scene, online: pa.Table) -> None:
    rows = online.to_pylist()
    most = max(abs(row["recent_delay"] or 0.0) for row in rows)
    scene.screen.table(
        ["carrier", ">delay", "", "status", "since (UTC)"],
        [
            (
                scene.year.carriers[row["carrier"]].removesuffix(" Inc."),
                row["recent_delay"],
                bar(max(row["recent_delay"] or 0.0, 0.0), most, 10),
                status(row["recent_delay__status"]),
                f"{row['recent_delay__event_time']:%d %b %H:%M}",
            )
            for row in rows
        ],
    )


def _show_airports(scene: Scene, online: pa.Table) -> None:
    scene.screen.table(
        ["airport", ">temperature", "status", "last reading (UTC)"],
        [
            (
                row["origin"],
                row["temp"],
                status(row["temp__status"]),
                f"{row['temp__event_time']:%d %b %Y %H:%M}",
            )
            for row in online.to_pylist()
        ],
    )


def _by_key(online: pa.Table, column: str) -> dict[str, float]:
    return dict(zip(online[0].to_pylist(), online[column].to_pylist(), strict=True))


def _statuses(online: pa.Table, column: str) -> dict[str, str]:
    return dict(zip(online[0].to_pylist(), online[column].to_pylist(), strict=True))


def _what(entry: LogEntry) -> str:
    """Return what an event did to what, such as ``ingested batch weather#1``."""
    return f"{entry.topic.rpartition('.')[2]} {entry.subject}"


def _actors(entries: list[LogEntry]) -> dict[str, int]:
    """Return how many events each actor caused."""
    actors = sorted({str(entry.actor) for entry in entries})
    return {actor: sum(entry.actor == actor for entry in entries) for actor in actors}
