"""What is not computed, and what is said then."""

from datetime import datetime
from typing import Any

import pytest

import featuretrail as ft
from tests.computing.readings import (
    computed,
    defined,
    double,
    hour,
    mean_2h,
    number,
    total,
)


def test_a_process_without_the_function_says_what_to_register(
    store: ft.TimescaleDBFeatureStore, database: Any
) -> None:
    defined(store, number("mean_2h", mean_2h))
    with ft.connect(database.url) as other:
        with pytest.raises(ft.RuleError, match=r"mean_2h \(readings\.py\), which this process"):
            other.compute("derived")
        changed = ft.Rule("python", ["readings.level"], "def mean_2h(): ...", function=len)
        other.rules.bind([computed("derived", number("mean_2h", changed))])
        with pytest.raises(ft.RuleError, match="code that changed needs a new version"):
            other.compute("derived")
        other.rules.bind([computed("derived", number("mean_2h", mean_2h))])
        assert other.compute("derived").written == 0


def test_changed_code_under_an_unchanged_version_is_refused(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("total", total))
    changed = ft.Rule("python", ["readings.level"], total.source + " + 0", function=total.function)

    with pytest.raises(ft.DefinitionChangedError, match=r"1\.1\.0 or later"):
        store.register(computed("derived", number("total", changed)))


def test_what_cannot_be_computed_is_refused(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    refused: list[tuple[Any, type[Exception], str]] = [
        ("derivd", ft.NotFoundError, "did you mean 'derived'"),
        ("derived.tow", ft.NotFoundError, r"did you mean 'derived\.two'"),
        ("readings", ft.InvalidInputError, "no feature of 'readings' has a rule"),
        ("readings.level", ft.InvalidInputError, "its values are ingested, not computed"),
        ([], ft.InvalidInputError, "no feature is asked for"),
        (7, ft.InvalidInputError, "give groups, sets"),
        ([7], ft.InvalidInputError, "7 is no group, set or feature"),
        (b"derived", ft.InvalidInputError, "give groups, sets"),
    ]

    for asked, error, reason in refused:
        with pytest.raises(error, match=reason):
            store.compute(asked)


def test_windows_that_make_no_sense_are_refused(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    refused: list[tuple[Any, Any, type[Exception]]] = [
        (datetime(2025, 3, 1), None, ft.NaiveTimeError),  # noqa: DTZ001
        (hour(2), hour(2), ft.InvalidInputError),
        (hour(2), hour(1), ft.InvalidInputError),
        ("yesterday", None, ft.InvalidInputError),
    ]

    for since, until, error in refused:
        with pytest.raises(error):
            store.compute("derived", since, until)
