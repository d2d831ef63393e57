"""Runs that fail: what the log tells of them, and what it does not."""

import json

import numpy as np
import pytest
from openlineage.client.event_v2 import RunState

import featuretrail as ft
from featuretrail.domain.events import ComputeFailed, Metadata
from featuretrail.domain.failures import LONGEST_MESSAGE, recordable
from featuretrail.domain.rule_units import Unit
from featuretrail.infrastructure.computing.failures import record_failures
from featuretrail.infrastructure.computing.running import Order
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from tests.computing.readings import (
    HOUR,
    Floats,
    computed,
    double,
    hour,
    number,
    readings,
    table,
    values,
)
from tests.engines.database import Database as Clone
from tests.lineage.openlineage.client import read

TIERS = pytest.mark.tiers("embedded", "apache")


@ft.rule(["derived.two"])
def failing(two: Floats) -> Floats:
    raise ValueError(f"out of order, {len(two)} rows")


@ft.rule(["readings.level"], history=HOUR)
def peeking(level: Floats) -> Floats:
    return np.full(len(level), level.max())


@TIERS
def test_a_run_that_failed_is_in_the_log_with_who_wanted_it_and_why_it_failed(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings(), computed("derived", number("two", double())))
    store.register(computed("worse", number("good", double()), number("bad", failing)))
    store.register(computed("bad", number("bad", failing)))
    store.ingest("readings", table((1, 1, 1.0)))
    position = store.position

    with pytest.raises(ft.RuleError, match=r"out of order, 1 rows"):
        store.compute(["derived", "bad.bad"], hour(0), hour(2), actor="ben", reason="night")

    [failure] = store.audit.log(topic=ComputeFailed.TOPIC, limit=None)
    assert (failure.subject, failure.actor, failure.reason) == ("computation bad", "ben", "night")
    assert position < failure.position
    event = failure.event
    assert (event["features"], event["failed"]) == (["bad.bad@1.0.0"], "bad.bad@1.0.0")
    assert (event["error"], event["since"]) == ("ValueError", "2025-03-01T00:00:00Z")
    assert "failed on 1 rows with ValueError: out of order, 1 rows" in event["message"]
    assert [each.position for each in store.audit.log(stream="computation bad")] == [
        failure.position
    ]
    assert values(store, "derived.two", (1, 1)) == [2.0], "what did not fail is stored"
    store.wait_until(store.position)
    assert store.audit.verify().ok


@TIERS
def test_a_run_that_failed_is_told_to_openlineage(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(readings(), computed("derived", number("two", double())))
    store.register(computed("worse", number("bad", failing)))
    store.ingest("readings", table((1, 1, 1.0)))
    with pytest.raises(ft.RuleError):
        store.compute("worse")

    text = store.lineage.export("openlineage", "worse.bad").text
    lines = [line for line in text.splitlines() if "compute.worse.bad" in line]
    [started, failed] = [json.loads(line) for line in lines]

    assert [read(each).eventType for each in (started, failed)] == [RunState.START, RunState.FAIL]
    assert (started["eventType"], failed["eventType"]) == ("START", "FAIL")
    assert started["run"]["runId"] == failed["run"]["runId"]
    assert started["eventTime"] <= failed["eventTime"]
    fault = failed["run"]["facets"]["errorMessage"]
    assert fault["programmingLanguage"] == "python"
    assert fault["message"].startswith("ValueError: the rule of 'worse.bad@1.0.0' failed")
    [table_read] = failed["inputs"]
    assert table_read["name"].endswith("featuretrail_values.derived")
    [table_meant] = failed["outputs"]
    assert table_meant["name"].endswith("featuretrail_values.worse")
    assert "outputStatistics" not in table_meant.get("outputFacets", {})


def test_the_log_keeps_no_value_that_our_own_message_shows(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings(), computed("derived", number("peek", peeking)))
    store.ingest("readings", table(*((1, at, 7.25 + at) for at in range(9))))

    with pytest.raises(ft.RuleError, match=r"gives 15\.25 for {'sensor': 1} at"):
        store.compute("derived")

    [failure] = store.audit.log(topic=ComputeFailed.TOPIC)
    assert "it uses rows it may not" in failure.event["message"]
    assert "sensor" not in failure.event["message"]
    assert failure.event["error"] == "RuleError"


def test_what_was_refused_before_anything_ran_is_no_run(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(readings(), computed("derived", number("two", double())))
    before = store.position

    with pytest.raises(ft.InvalidInputError):
        store.compute("readings")
    assert store.position == before


def test_a_failure_that_the_log_could_not_take_keeps_its_error_and_says_so(
    store: ft.TimescaleDBFeatureStore, database: Clone
) -> None:
    store.register(readings(), computed("derived", number("two", double())))
    store.ingest("readings", table((1, 1, 1.0)))
    opened = Database(database.url)
    log = EventLog(opened)
    opened.close()
    order = _order(store)
    error = ft.RuleError("derived.two@1.0.0", "failed")

    record_failures(log, [(order, error)], hour(0), Metadata())

    [note] = error.__notes__
    assert note.startswith("the log does not tell of this failure: ")


def _order(store: ft.TimescaleDBFeatureStore) -> Order:
    feature = store.registry().resolve("derived.two")
    unit = Unit(feature.group, (feature,), (), {})
    return Order(unit, None, None)


def test_any_message_is_kept_as_far_as_the_log_can_keep_it() -> None:
    assert recordable("a\0b \ud800 é") == "a\N{REPLACEMENT CHARACTER}b ? é"
    assert len(recordable("x" * 10_000)) == LONGEST_MESSAGE
