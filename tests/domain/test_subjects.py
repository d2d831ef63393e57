"""Subjects: every kind of event has a name that people can read."""

import pytest

from featuretrail.domain.events.registry import event_class, topics
from featuretrail.domain.subjects import subject
from tests.golden.examples import STREAM, example

SUBJECTS = {
    "featuretrail.compute.failed": "computation group – é",
    "featuretrail.stream.discarded": "parked messages group – é",
    "featuretrail.alert.acknowledged": f"alert {STREAM}",
    "featuretrail.alert.delivered": f"alert {STREAM}",
    "featuretrail.alert.delivery_failed": f"alert {STREAM}",
    "featuretrail.alert.held_back": f"alert {STREAM}",
    "featuretrail.alert.raised": f"alert {STREAM}",
    "featuretrail.alert.resolved": f"alert {STREAM}",
    "featuretrail.alert_rule.removed": "alert rule name – é",
    "featuretrail.alert_rule.set": "alert rule name – é",
    "featuretrail.alerts.evaluated": "alert evaluation",
    "featuretrail.baseline.created": "baseline name – é",
    "featuretrail.consistency.checked": "consistency snapshot_id – é",
    "featuretrail.documentation.generated": (
        "documentation feature_name – é@documentation_version – é"
    ),
    "featuretrail.drift.acknowledged": f"drift incident {STREAM}",
    "featuretrail.drift.checked": "drift check baseline – é",
    "featuretrail.drift.detected": f"drift incident {STREAM}",
    "featuretrail.drift.resolved": f"drift incident {STREAM}",
    "featuretrail.drift.updated": f"drift incident {STREAM}",
    "featuretrail.feature.defined": "feature group – é.name – é@version – é",
    "featuretrail.group.defined": "group name – é@version – é",
    "featuretrail.lineage.declared": "lineage feature_name – é@version – é",
    "featuretrail.lineage.retired": "lineage feature_name – é@version – é",
    "featuretrail.metadata.recorded": "metadata feature_name – é quality metadata_key – é",
    "featuretrail.monitor.ran": "monitor name – é",
    "featuretrail.monitor.scheduled": "monitor name – é",
    "featuretrail.monitor.unscheduled": "monitor name – é",
    "featuretrail.online.refreshed": "online group – é",
    "featuretrail.outcomes.recorded": "outcomes label – é@version – é",
    "featuretrail.performance.sampled": f"performance sample {STREAM}",
    "featuretrail.quality.checked": "quality feature_name – é@version – é",
    "featuretrail.retention.applied": "retention table – é",
    "featuretrail.retention.set": "retention table – é",
    "featuretrail.served.logged": f"served batch {STREAM}",
    "featuretrail.set.defined": "set name – é@version – é",
    "featuretrail.snapshot.assessed": f"snapshot {STREAM}",
    "featuretrail.snapshot.created": "snapshot feature_set – é@version – é",
    "featuretrail.snapshot.erased": "snapshot snapshot_id – é",
    "featuretrail.training.recorded": "training run model – é@version – é",
    "featuretrail.values.erased": "erasure group – é",
    "featuretrail.values.ingested": "batch group – é#7",
    "featuretrail.values.removed": "retention group – é",
    "featuretrail.values.retracted": "batch group – é#7",
}


@pytest.mark.parametrize("topic", [each for each in topics() if each.startswith("featuretrail.")])
def test_an_event_is_about_something_with_a_name(topic: str) -> None:
    assert subject(example(event_class(topic))) == SUBJECTS[topic]


def test_a_quality_check_of_no_version_in_particular_names_the_feature() -> None:
    event = example(event_class("featuretrail.quality.checked"))
    assert subject(event.model_copy(update={"version": None})) == "quality feature_name – é"


def test_an_event_of_another_kind_is_named_by_its_stream() -> None:
    assert subject(example(event_class("tests.counted"))) == f"stream {STREAM}"
