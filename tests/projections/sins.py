"""Read models that break the laws, each by one sin; their handlers can be imported anywhere."""

import os
import random
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from featuretrail.domain.events import DriftDetected, DriftResolved, LineageDeclared
from featuretrail.projections.checks.elsewhere import PLACES
from featuretrail.projections.read_model import Change, Place, ReadModel, Revision, Row

SHARED: Row = {}
COUNTED = {"deliveries": 0}
LAST = {"lineage": ""}
ONE_FOR_ALL = UUID(int=99)

CLOCK = ReadModel("reads_the_clock", time="detected_at")
UNUSED_CLOCK = ReadModel("reads_the_clock_in_vain", time="detected_at")
RANDOM_IDS = ReadModel("draws_its_ids", time="detected_at")
RANDOM_NUMBERS = ReadModel("draws_numbers", time="detected_at")
OTHER_STREAM = ReadModel("remembers_another_stream", time="detected_at")
FOREIGN_ROW = ReadModel("revises_a_foreign_row", time="detected_at")
COUNTER = ReadModel("counts_deliveries", time="detected_at")
SAME_DICT = ReadModel("returns_one_dict", time="detected_at")
CHANGED_EVENT = ReadModel("changes_its_event", time="detected_at")
SET_ORDER = ReadModel("lists_a_set", time="detected_at")
LOCAL_TIME = ReadModel("writes_local_time", time="detected_at")
UPSERT = ReadModel("makes_a_row_again", time="detected_at")
NO_ROW = ReadModel("revises_no_row", time="detected_at")
NEW_COLUMN = ReadModel("revises_no_column", time="detected_at")
MOVED_TIME = ReadModel("moves_its_time", time="detected_at")
NO_TIME = ReadModel("has_no_time", time="detected_at")
FAULT = ReadModel("fails", time="detected_at")
FAULT_ELSEWHERE = ReadModel("fails_elsewhere", time="detected_at")


def row(event: DriftDetected, at: Place, seen: Any) -> Row:
    """The row of an incident, with what the sinner has to say."""
    return {"id": event.originator_id, "detected_at": at.recorded_at, "seen": seen}


@CLOCK.on(DriftDetected)
def clock(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, time.time())]


@UNUSED_CLOCK.on(DriftDetected)
def unused_clock(event: DriftDetected, at: Place) -> list[Change]:
    late = datetime.now(UTC) - at.recorded_at > timedelta(days=36_500)
    return [row(event, at, late)]


@RANDOM_IDS.on(DriftDetected)
def random_ids(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, None) | {"id": uuid4()}]


@RANDOM_NUMBERS.on(DriftDetected)
def random_numbers(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, random.choice([1]))]  # noqa: S311


@OTHER_STREAM.on(LineageDeclared)
def remember(event: LineageDeclared, at: Place) -> list[Change]:  # noqa: ARG001
    LAST["lineage"] = event.feature_name
    return []


@OTHER_STREAM.on(DriftDetected)
def remembered(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, LAST["lineage"])]


@FOREIGN_ROW.on(DriftDetected)
def shared_row(event: DriftDetected, at: Place) -> list[Change]:
    if event.drift_score < 1:
        return [row(event, at, None) | {"id": ONE_FOR_ALL}]
    return [Revision(ONE_FOR_ALL, {"seen": event.drift_score})]


@COUNTER.on(DriftDetected)
def counter(event: DriftDetected, at: Place) -> list[Change]:
    COUNTED["deliveries"] += 1
    return [row(event, at, COUNTED["deliveries"])]


@SAME_DICT.on(DriftDetected)
def same_dict(event: DriftDetected, at: Place) -> list[Change]:
    SHARED.update(row(event, at, event.drift_score))
    return [SHARED]


@CHANGED_EVENT.on(DriftDetected)
def changed_event(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, event.details.pop("measure", None))]


@SET_ORDER.on(DriftDetected)
def set_order(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, list(set("severity")))]


@LOCAL_TIME.on(DriftDetected)
def local_time(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, date.fromtimestamp(at.recorded_at.timestamp()).isoformat())]  # noqa: DTZ012


@UPSERT.on(DriftDetected)
def made(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, None)]


@UPSERT.on(DriftResolved)
def made_again(event: DriftResolved, at: Place) -> list[Change]:
    return [{"id": event.originator_id, "detected_at": at.recorded_at, "seen": "resolved"}]


@NO_ROW.on(DriftResolved)
def no_row(event: DriftResolved, at: Place) -> list[Change]:  # noqa: ARG001
    return [Revision(event.originator_id, {"seen": event.action_taken})]


@NEW_COLUMN.on(DriftDetected)
def few_columns(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, None)]


@NEW_COLUMN.on(DriftResolved)
def new_column(event: DriftResolved, at: Place) -> list[Change]:  # noqa: ARG001
    return [Revision(event.originator_id, {"sen": event.action_taken})]


@MOVED_TIME.on(DriftDetected)
def first_time(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, None)]


@MOVED_TIME.on(DriftResolved)
def moved_time(event: DriftResolved, at: Place) -> list[Change]:
    return [Revision(event.originator_id, {"detected_at": at.recorded_at})]


@NO_TIME.on(DriftDetected)
def no_time(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, None) | {"detected_at": None}]


@FAULT.on(DriftDetected)
def fault(event: DriftDetected, at: Place) -> list[Change]:
    return [row(event, at, event.details["nothing"])]


@FAULT_ELSEWHERE.on(DriftDetected)
def fault_elsewhere(event: DriftDetected, at: Place) -> list[Change]:
    if os.environ.get("PYTHONHASHSEED") == PLACES[1]["PYTHONHASHSEED"]:
        raise ValueError("not here")
    return [row(event, at, None)]
