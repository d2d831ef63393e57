"""What a retrieval means, in plain Python: slow, short, and written from the specification."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from featuretrail.domain.registry import ResolvedFeature
from tests.retrieval.loader import Batch, Row

Found = tuple[Any, str, datetime | None]
"""Value, status and event time."""


def answer(
    history: Sequence[Batch],
    feature: ResolvedFeature,
    row: Row,
    time: datetime,
    *,
    row_cut: bool = False,
    closed: str = "right",
) -> Found:
    """What ``feature`` was worth for the entity of ``row`` at ``time``.

    ``history`` holds the group's batches up to the cut, numbered from 1 by their place.
    """
    group, column = feature.group, feature.column
    same = [(n, b, r) for n, b in enumerate(history, start=1) for r in b.rows
            if all(r[key] == row[key] for key in group.keys)]  # fmt: skip
    if row_cut:
        same = [(n, b, r) for n, b, r in same
                if (b.recorded_at if b.retracts else r.get(str(group.known_time), b.recorded_at))
                <= time]  # fmt: skip
    hides = [(n, r["event_time"]) for n, b, r in same if b.retracts]
    candidates = [
        (r["event_time"], n, b, r) for n, b, r in same
        if (r["event_time"] < time or (closed == "right" and r["event_time"] == time))
        and (b.retracts or column in b.columns)
        and (b.retracts or not any(m > n and since <= r["event_time"] for m, since in hides))
    ]  # fmt: skip
    if not candidates:
        return None, "missing", None
    event_time, _, batch, winner = max(candidates, key=lambda candidate: candidate[:2])
    if batch.retracts:
        return None, "retracted", event_time
    if group.ttl is not None and event_time < time - group.ttl:
        return None, "expired", event_time
    return winner[column], "null" if winner[column] is None else "present", event_time
