"""First part: define, ingest ten months, freeze training data, prove it, learn from it."""

from attrs import asdict

import featuretrail as ft
from featuretrail.domain.digest import table_digest
from flights import model, times
from flights.definitions import groups, training_set
from flights.scene import SET, Scene
from flights.screen import bar, short
from rules.delays import CARRIER_DELAY, ROUTE_DELAY

SPLIT = ft.Split(seed=2013, fractions={"train": 0.8, "test": 0.2})
SOURCES = {
    "weather": ("weather-desk", "hourly observations"),
    "carrier_landings": ("operations", "landings, by carrier"),
    "route_landings": ("operations", "landings, by route"),
    "flights": ("operations", "departures"),
}


def register(scene: Scene) -> None:
    """Register the groups and the feature set."""
    with scene.screen.step(
        "register",
        "Say what the features mean",
        "Six feature groups and one feature set are registered. The delays will be computed from "
        "landings, by rules; the others are ingested. Each definition is an event with an author "
        "and a reason; registering the same again would change nothing.",
    ):
        done = scene.store.register(
            *groups(), training_set(), actor="forecasting", reason="first version"
        )
        again = scene.store.register(*groups(), training_set())
        scene.screen.table(
            ["group", "keys", ">features", "valid for", "owner"],
            [
                (
                    group.name,
                    ", ".join(group.keys),
                    len(group.features),
                    "ever" if group.ttl is None else f"{group.ttl.total_seconds() / 3600:.0f} h",
                    group.owner,
                )
                for group in groups()
            ],
        )
        scene.screen.proof(
            f"{len(done.changed)} definitions registered; a second time, {len(again.changed)}",
            holds=not again.changed,
        )
        scene.report.note(
            "registration",
            definitions=len(done.changed),
            changed_again=len(again.changed),
            position=done.position,
        )


def ingest_ten_months(scene: Scene) -> None:
    """Ingest what happened from January to October."""
    with scene.screen.step(
        "ingest_january_to_october",
        "January to October arrive",
        "Values are only ever added, and each batch leaves a receipt whose digest is in the log.",
    ):
        receipts = [
            ingest(
                scene,
                group,
                times.before(table, times.NOVEMBER),
                part="to-october",
                reason="January to October",
            )
            for group, table in scene.year.values.items()
        ]
        show_receipts(scene, receipts)


def ingest(scene: Scene, group: str, table: object, part: str, reason: str) -> ft.Receipt:
    """Ingest one batch and report its receipt under ``<group>-<part>``."""
    actor, source = SOURCES[group]
    receipt = scene.store.ingest(
        group, table, source=source, actor=actor, idempotency_key=f"{group}-{part}", reason=reason
    )
    facts = {"rows": receipt.rows, "position": receipt.position, "digest": receipt.digest}
    scene.report.note("batches", **{f"{group}-{part}": facts})
    return receipt


def show_receipts(scene: Scene, receipts: list[ft.Receipt]) -> None:
    """Print the receipts of some batches."""
    scene.screen.table(
        ["group", ">batch", ">rows", ">position", "digest"],
        [(r.group, r.batch, r.rows, r.position, short(r.digest)) for r in receipts],
    )


def compute_delays(scene: Scene) -> None:
    """Compute the delay features of January to October from the landings."""
    with scene.screen.step(
        "compute_delays",
        "Delays are computed, not ingested",
        "How late have a carrier's flights been arriving, and those on a route? Functions of "
        "landings say it, whose source is in the log. A value is known when the last landing that "
        "it counts had been published.",
    ):
        report = compute(scene, "to-october", "January to October")
        scene.screen.table(
            ["feature", ">rows", ">ms", ">position"],
            [(each.feature, each.rows, each.milliseconds, each.position)
             for each in report.features],
        )  # fmt: skip


def compute(scene: Scene, part: str, reason: str) -> ft.ComputeReport:
    """Compute what is due of the delay features, and report it under ``delays-<part>``."""
    groups = [CARRIER_DELAY.name, ROUTE_DELAY.name]
    report = scene.store.compute(groups, actor="operations", reason=reason)
    written = {each.feature: each.written for each in report.features}
    scene.report.note("delays", **{part: written})
    return report


def freeze(scene: Scene) -> ft.SnapshotInfo:
    """Freeze the training set, and report the digest of the join alone as well."""
    spine = scene.year.spine
    with scene.screen.step(
        "freeze",
        "Freeze a training set",
        f"For each of {spine.num_rows:,} departures we ask, one hour before it was due: what did "
        "the weather, the carrier and the route look like? The label, how late it then left, is "
        "looked up after that time. The answer is frozen under a digest of its content.",
    ):
        info = scene.store.create_feature_snapshot(
            SET, spine, "1.0.0", split=SPLIT, actor="forecasting", reason="for the first model"
        )
        frozen = scene.store.get_feature_snapshot(info.snapshot_id)
        scene.screen.table(
            ["snapshot", ">rows", ">columns", ">position", "digest"],
            [(info.snapshot_id, info.rows, info.columns, info.position, short(info.digest))],
        )
        _show_a_row(scene, frozen)
        scene.report.note(
            "training",
            snapshot=info.snapshot_id,
            rows=info.rows,
            columns=info.columns,
            position=info.position,
            digest=info.digest,
            answer_digest=answer_digest(frozen),
        )
        return info


def prove(scene: Scene, info: ft.SnapshotInfo) -> None:
    """Verify the snapshot both ways."""
    with scene.screen.step(
        "prove",
        "Prove it, twice",
        "The stored bytes must have the digest; and joining everything again, from the values of "
        f"position {info.position}, must give the same digest.",
    ):
        outcome = scene.store.verify_snapshot(info.snapshot_id)
        scene.screen.proof("the stored rows are the frozen ones", holds=outcome.stored_ok)
        scene.screen.proof(
            "the values of that position give the same rows again",
            holds=outcome.rederived_ok is True,
        )
        scene.report.note(
            "verification", stored_ok=outcome.stored_ok, rederived_ok=outcome.rederived_ok
        )


def learn(scene: Scene, info: ft.SnapshotInfo) -> None:
    """Train the small model on the snapshot's train split, and test it on the other."""
    with scene.screen.step(
        "train",
        "Learn something from it",
        "A ridge regression in numpy, trained on the snapshot's train split and judged on its test "
        "split. It is no great model, but anyone can train it again on exactly these rows.",
    ):
        result = model.trial(scene.store.get_feature_snapshot(info.snapshot_id))
        strongest = sorted(result.weights.items(), key=lambda item: -abs(item[1]))[:6]
        most = abs(strongest[0][1])
        scene.screen.table(
            ["feature", ">minutes", "per standard deviation"],
            [(name, f"{weight:+.1f}", bar(weight, most)) for name, weight in strongest],
        )
        scene.screen.say(
            f"Error {result.error:.1f} min, of always saying the mean {result.error_of_mean:.1f}. "
            f"Of a late and a punctual flight it picks the late one in {result.ranking:.0%}."
        )
        facts = asdict(result)
        weights = {name: round(weight, 3) for name, weight in facts.pop("weights").items()}
        rounded = {name: round(fact, 3) for name, fact in facts.items()}
        scene.report.note("model", **rounded, weights=weights)


def answer_digest(frozen: ft.FeatureSnapshot) -> str:
    """Return the digest of what the join answered: the matrix without its label and split."""
    return table_digest(frozen.to_arrow().drop_columns([str(frozen.label), "split"]))


def _show_a_row(scene: Scene, frozen: ft.FeatureSnapshot) -> None:
    table = frozen.to_arrow()
    row = table.slice(table.num_rows // 2, 1).to_pylist()[0]
    scene.screen.table(
        ["column", ">value"],
        [(name, row[name]) for name in ("temp", "wind_speed", *frozen.features[8:], frozen.label)],
        title=f"{row['flight']}, asked at {row['event_time']:%H:%M} UTC",
    )
