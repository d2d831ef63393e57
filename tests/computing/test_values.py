"""What rules get and return: types, NULLs, histories, and what is no value."""

import sys
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.domain.events import ComputeFailed
from tests.computing.readings import (
    HOUR,
    Floats,
    Times,
    computed,
    defined,
    double,
    hour,
    number,
    readings,
    table,
    total,
    values,
)

NOTHING = timedelta(0)


def test_values_of_a_rule_are_never_ingested(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    given = table((1, 1, 1.0)).select(["sensor", "event_time", "level"])

    with pytest.raises(ft.InvalidValuesError, match="'two' has a rule, so its values are computed"):
        store.ingest("derived", given.rename_columns(["sensor", "event_time", "two"]))


def test_every_type_goes_in_and_comes_out_with_its_nulls(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    @ft.rule(["readings.count"], history=NOTHING)
    def next_count(count: Floats) -> Floats:
        return count + 1

    @ft.rule(["readings.note"], history=NOTHING)
    def shout(note: Any) -> Any:
        return np.array([None if each is None else each.upper() for each in note], object)

    @ft.rule(["derived.shout"], history=NOTHING)
    def known(note: Any) -> Any:
        return np.array([each is not None for each in note], np.bool_)

    @ft.rule(["readings.level"], history=NOTHING)
    def moment(event_time: Times, level: Floats) -> Times:
        return np.where(np.isnan(level), np.datetime64("NaT"), event_time)

    @ft.rule(["derived.moment", "derived.known"], history=NOTHING)
    def hours(moment: Times, known: Floats) -> Any:
        since = (moment - np.datetime64("2025-03-01T00:00:00")) / np.timedelta64(1, "h")
        return np.ma.masked_array(since, mask=known == 0)

    defined(
        store,
        ft.Feature("next_count", "int64", rule=next_count),
        ft.Feature("shout", "text", rule=shout),
        ft.Feature("known", "bool", rule=known),
        ft.Feature("moment", "timestamptz", rule=moment),
        number("hours", hours),
    )
    store.ingest("readings", table((1, 1, 1.0), (1, 2, None)))

    store.compute("derived")

    asked = ((1, 1), (1, 2))
    found = {
        name: values(store, f"derived.{name}", *asked)
        for name in ("next_count", "shout", "known", "moment", "hours")
    }
    assert found == {
        "next_count": [2, None],
        "shout": ["IS 1", None],
        "known": [True, False],
        "moment": [hour(1), None],
        "hours": [1.0, None],
    }


def test_short_history_is_what_there_is(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("total", total))
    store.ingest("readings", table((1, 1, 1.0), (1, 2, 2.0), (2, 9, 5.0)))

    store.compute("derived")

    assert values(store, "derived.total", (1, 1), (1, 2), (2, 9)) == [1.0, 3.0, 5.0]


NONSENSE: list[tuple[Any, str, str]] = [
    (lambda level: 1 / 0, "float64", "failed on 2 rows with ZeroDivisionError"),  # noqa: ARG005
    (lambda level: sys.exit("over"), "float64", "failed on 2 rows with SystemExit: over"),  # noqa: ARG005
    (lambda level: level[:1], "float64", r"shape \(1,\) for 2 rows"),
    (lambda level: level.tolist(), "float64", "returned a list; return a numpy array"),
    (lambda level: level + 0.5, "int64", "a whole number has no fraction"),
    (lambda level: level + 2.0**60, "int64", "at most 2\\*\\*53"),
    (lambda level: level, "bool", "a truth value is 0, 1 or NaN"),
    (lambda level: level, "text", "values of type float64 that are no text"),
    (lambda level: np.array([b"a", b"b"])[: len(level)], "text", "that are no text"),
    (lambda level: level.astype("S"), "float64", "that are no float64"),
    (lambda level: level * 1j, "float64", "of type complex128 that are no float64"),
    (lambda level: np.array([level, None, 0], object)[:2], "float64", "of type object that are no"),
]


def test_a_rule_that_returns_nonsense_is_named_and_stores_nothing(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings())
    store.ingest("readings", table((1, 1, 3.0), (1, 2, 4.0)))
    for count, (body, dtype, reason) in enumerate(NONSENSE):
        rule = ft.Rule("python", ["readings.level"], f"def bad{count}(level): ...", function=body)
        store.register(computed("derived", ft.Feature(f"bad{count}", dtype, rule=rule)))
        before = store.position

        with pytest.raises(ft.RuleError, match=rf"'derived\.bad\d+@1\.0\.0' .*{reason}") as raised:
            store.compute(f"derived.bad{count}")
        assert raised.value.feature == f"derived.bad{count}@1.0.0"
        [failure] = store.audit.log(after=before)
        assert failure.topic == ComputeFailed.TOPIC


def test_types_that_differ_from_one_entity_to_another_are_refused(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    def body(level: Floats) -> Any:
        return level if level[0] > 3.0 else level.astype("datetime64[us]")

    store.register(readings())
    store.ingest("readings", table((1, 1, 3.0), (2, 1, 4.0)))
    rule = ft.Rule("python", ["readings.level"], "def mixed(level): ...", function=body)
    store.register(computed("derived", number("mixed", rule)))

    with pytest.raises(ft.RuleError, match=r"'derived\.mixed@1\.0\.0' .*do not go together"):
        store.compute("derived")


CHEATING = [
        ft.Rule(
            "python", ["readings.level"], "next", function=lambda level: np.append(level[1:], 0.0)
        ),
        ft.Rule("python", ["readings.level"], "all", function=lambda level: level / level.max()),
        ft.Rule(
            "python", ["readings.level"], "older", history=2 * HOUR,
            function=np.cumsum,
        ),
        ft.sql_rule("lead(level) OVER entity", ["readings.level"]),
        ft.sql_rule("sum(level) OVER entity", ["readings.level"], history=HOUR),
    ]  # fmt: skip


def test_a_rule_that_uses_rows_it_may_not_is_found_out(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(readings())
    store.ingest("readings", table(*((1, at, float(at + 1)) for at in range(20))))
    for count, rule in enumerate(CHEATING):
        store.register(computed("derived", number(f"bad{count}", rule)))

        with pytest.raises(ft.RuleError, match="it uses rows it may not"):
            store.compute(f"derived.bad{count}")


def test_whole_numbers_that_floats_cannot_hold_are_refused_in_python_and_kept_in_sql(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings())
    given = table((1, 1, 1.0)).set_column(3, "count", pa.array([2**53 + 1]))
    store.ingest("readings", given)
    exact = ft.sql_rule("count + 1", ["readings.count"], history=NOTHING)
    store.register(computed("exact", ft.Feature("more", "int64", rule=exact)))
    same = ft.Rule("python", ["readings.count"], "same", function=lambda count: count)
    store.register(computed("rounded", number("same", same)))

    store.compute("exact")

    assert values(store, "exact.more", (1, 1)) == [2**53 + 2]
    with pytest.raises(ft.RuleError, match=r"beyond 2\*\*53"):
        store.compute("rounded")


def test_a_text_is_never_cut_at_a_nul_but_refused(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(readings())
    store.ingest("readings", table((1, 1, 1.0)))
    rule = ft.Rule(
        "python", ["readings.level"], "nul", function=lambda level: np.full(len(level), "a\0b")
    )
    store.register(computed("derived", ft.Feature("cut", "text", rule=rule)))

    with pytest.raises(ft.FeatureTrailError, match="NUL"):
        store.compute("derived")
