"""How a run goes: parents first, independent ones at once, nothing twice, and what it tells."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any, cast

import pytest

import featuretrail as ft
from tests.computing.readings import (
    KEYS,
    Floats,
    by_name,
    computed,
    defined,
    double,
    number,
    readings,
    table,
    total,
    values,
)

NOTHING = timedelta(0)


def test_parents_are_computed_before_their_children_across_groups(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(
        readings(),
        computed("derived", number("four", double("derived.two")), number("two", double())),
    )
    store.register(computed("more", number("eight", double("derived.four"))))
    store.ingest("readings", table((1, 1, 1.0), (2, 1, 3.0)))

    report = store.compute("more.eight")

    assert [f.feature for f in report.features] == [
        "derived.two@1.0.0",
        "derived.four@1.0.0",
        "more.eight@1.0.0",
    ]
    two, four, eight = report.features
    assert two.position == four.position
    assert four.position is not None
    assert eight.position is not None
    assert four.position < eight.position
    assert values(store, "more.eight", (1, 1), (2, 1)) == [8.0, 24.0]


def test_rules_live_beside_ingested_features_of_their_own_group(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    plain = readings()
    group = ft.FeatureGroup("readings", KEYS, [*plain.features, number("two", double())])
    store.register(group)
    store.ingest("readings", table((1, 1, 1.0), (1, 2, 2.0)))

    first = store.compute("readings")
    store.ingest("readings", table((1, 3, 3.0)))
    second = store.compute("readings")

    assert [r.features[0].written for r in (first, second, store.compute("readings"))] == [2, 1, 0]
    assert values(store, "readings.two", (1, 1), (1, 3)) == [2.0, 6.0]
    online = store.get_online_features(["readings.level", "readings.two"], {"sensor": [1]})
    assert online.to_pylist() == [{"sensor": 1, "level": 3.0, "two": 6.0}]


def test_sets_groups_and_references_name_what_to_compute(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    group = computed("derived", number("two", double()), number("total", total))
    chosen = ft.FeatureSet("chosen", ["readings.level", "derived.two"])
    store.register(readings(), group, chosen)

    reports = [store.compute(cast("Any", each)) for each in ("chosen", chosen, group)]
    named = store.compute(["derived.two@1.0.0", ft.FeatureReference.parse("derived.total")])

    assert [sorted(by_name(report)) for report in (*reports, named)] == [
        ["derived.two@1.0.0"],
        ["derived.two@1.0.0"],
        ["derived.total@1.0.0", "derived.two@1.0.0"],
        ["derived.total@1.0.0", "derived.two@1.0.0"],
    ]


def test_progress_is_told_feature_by_feature(store: ft.TimescaleDBFeatureStore) -> None:
    told: list[tuple[str, int, int]] = []
    defined(store, number("two", double()), number("total", total))
    store.register(computed("more", number("four", double("derived.two"))))

    store.compute(["more", "derived"], progress=lambda *step: told.append(step))

    assert told[0] == ("computing features", 0, 3)  # so that a bar is there while the first runs
    assert told[-1] == ("computing features", 3, 3)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


@pytest.mark.tiers("embedded", "apache")  # two units at once: Community has one session for both
def test_independent_groups_are_computed_at_once(store: ft.TimescaleDBFeatureStore) -> None:
    both = Barrier(2, timeout=30)

    def met(level: Floats) -> Floats:
        both.wait()  # comes back only when the other group's rule is here too
        return level

    rule = ft.Rule("python", ["readings.level"], "met", history=NOTHING, function=met)
    store.register(
        readings(), computed("derived", number("a", rule)), computed("more", number("b", rule))
    )
    store.ingest("readings", table((1, 1, 1.0)))

    assert store.compute(["derived", "more"]).written == 2


def test_two_who_compute_at_once_agree_and_repeat_nothing(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table(*((1, at, float(at)) for at in range(50))))
    start = Barrier(2)
    written: list[int] = []

    def run() -> None:
        start.wait()
        written.append(store.compute("derived").written)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(written) == [0, 50]


def test_who_was_overtaken_reads_again_before_storing(
    store: ft.TimescaleDBFeatureStore, database: Any
) -> None:
    with ft.connect(database.url) as faster:
        calls: list[int] = []

        def slow(level: Floats) -> Floats:
            calls.append(len(level))
            if len(calls) == 1:  # newer values of the parent are computed and stored meanwhile
                faster.ingest("readings", table((1, 1, 5.0)))
                faster.compute("derived")
            return level

        rule = ft.Rule("python", ["readings.level"], "slow", history=NOTHING, function=slow)
        group = computed("derived", number("same", rule))
        store.register(readings(), group)
        faster.rules.bind([group])
        store.ingest("readings", table((1, 1, 1.0)))

        late = store.compute("derived")

    assert late.written == 0
    assert values(store, "derived.same", (1, 1)) == [5.0]
    batches = [e for e in store.audit.log(limit=None) if e.subject.startswith("batch derived")]
    assert len(batches) == 1


def test_a_report_shows_itself_as_json(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0)))

    report = store.compute("derived")

    told = report.to_dict()
    assert told["written"] == 1
    assert told["features"][0]["feature"] == "derived.two@1.0.0"
    assert "derived.two" in report._repr_html_()
