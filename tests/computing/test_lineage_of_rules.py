"""The lineage of a computed feature is recorded with its definition."""

import featuretrail as ft
from featuretrail.domain.events import LineageDeclared
from tests.computing.readings import computed, double, number, readings


def test_a_rule_declares_its_parents_and_its_source_with_the_definition(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings(), computed("derived", number("double", double())), actor="anna")

    lineage = store.lineage.get("derived.double")
    assert [str(parent.name) for parent in lineage.parents] == ["readings.level"]
    assert lineage.computation_rule == "2 * level"
    upstream = store.lineage.upstream("derived.double")
    assert [(node.kind, node.name) for node in upstream] == [("feature", "readings.level")]
    impact = store.lineage.impact("readings.level")
    assert [each.node.name for each in impact.features] == ["derived.double"]


def test_an_equal_rule_declares_nothing_anew(store: ft.TimescaleDBFeatureStore) -> None:
    for _ in range(2):
        store.register(readings(), computed("derived", number("double", double())))

    entries = store.audit.log(limit=100)
    declared = [entry for entry in entries if entry.topic == LineageDeclared.TOPIC]
    assert len(declared) == 1
