"""People, and what a store knows of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

import featuretrail as ft

DAY = timedelta(days=1)
START = datetime(2025, 3, 3, tzinfo=UTC)
EVERYBODY = ("ada", "ben", "cleo")

PEOPLE = ft.FeatureGroup(
    "people",
    {"person": "text", "shop": "int64"},
    [ft.Feature("spent", "float64"), ft.Feature("mood", "text"), ft.Feature("paid", "float64")],
)
TRAINING = ft.FeatureSet("training", ["people.spent", "people.mood"], label="people.paid")


def visits(days: int, people: Sequence[str] = EVERYBODY, since: datetime = START) -> pa.Table:
    """Return a visit of each person in each of two shops on each day, without what was paid."""
    places = [(day, p, shop) for day in range(days) for p in people for shop in (1, 2)]
    return pa.table(
        {
            "person": [p for _, p, _ in places],
            "shop": pa.array([shop for *_, shop in places], pa.int64()),
            "event_time": [since + day * DAY for day, *_ in places],
            "spent": [float(10 * day + shop + len(p)) for day, p, shop in places],
            "mood": [f"{p}'s mood" for _, p, _ in places],
        }
    )


def spine(days: int, people: Sequence[str] = EVERYBODY) -> pa.Table:
    """Return an hour after each visit."""
    table = visits(days, people, START + timedelta(hours=1))
    return table.select(["person", "shop", "event_time"])


def payments(days: int, people: Sequence[str] = EVERYBODY) -> pa.Table:
    """Return what each visit cost, two hours after it."""
    table = visits(days, people, START + timedelta(hours=2))
    return table.select(["person", "shop", "event_time"]).append_column("paid", table["spent"])


def fill(store: ft.TimescaleDBFeatureStore, people: Sequence[str] = EVERYBODY) -> None:
    """Register, ingest, serve, record outcomes, park messages, retract, and freeze."""
    store.register(PEOPLE, TRAINING)
    store.ingest("people", visits(3, people), partial=True)
    store.ingest("people", visits(2, people, START + 10 * DAY), partial=True)
    store.record_outcomes("people.paid", payments(3, people), unjudged=True)
    store.retract(
        "people",
        {"person": list(people), "shop": [1] * len(people)},
        START + 11 * DAY,
        "a shop's till was broken",
    )
    store.create_feature_snapshot("training", spine(3, people), split=ft.Split(seed=3))
    everybody = {"person": list(people), "shop": [2] * len(people)}
    store.get_online_features(["people.spent", "people.mood"], everybody)
    store.served.flush()
