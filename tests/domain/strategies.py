"""Shared Hypothesis strategies for definitions and for what the deciders take."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from featuretrail.domain.constraints import NotNull, OneOf, Range
from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.domain.dtypes import ARROW_TYPES
from featuretrail.domain.events import Metadata
from featuretrail.domain.names import RESERVED_COLUMNS
from featuretrail.domain.parents import Parent
from featuretrail.domain.records import measurement
from featuretrail.domain.rules import MAX_HISTORY, Rule
from featuretrail.domain.versions import Version

Facts = st.SearchStrategy[dict[str, Any]]

LETTERS = "".join(chr(code) for code in (*range(97, 123), *range(0xDF, 0xF7), *range(0x3B1, 0x3CA)))
syllables = st.text(LETTERS + "0123456789", max_size=3)
words = st.builds(  # a tenth of the cost of a regular expression
    lambda first, rest: first + "_".join(filter(None, rest)),
    st.sampled_from(LETTERS),
    st.lists(syllables, max_size=3),
).filter(lambda word: word not in RESERVED_COLUMNS)
versions = st.builds(Version, st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
numbers = st.integers(-1000, 1000) | st.floats(-1e6, 1e6)
ranges = st.tuples(numbers, numbers).map(lambda pair: Range(min(pair), max(pair)))
constraints = st.one_of(
    ranges, st.just(NotNull()), st.lists(st.text(max_size=5), min_size=1).map(tuple).map(OneOf)
)
durations = st.timedeltas(min_value=timedelta(0), max_value=MAX_HISTORY)
rules = st.builds(
    Rule,
    st.sampled_from(["python", "sql"]),
    st.lists(
        st.tuples(words.map(lambda word: word + "_parents"), words).map(".".join),
        min_size=1,
        max_size=3,
        unique=True,
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(
        lambda text: bool(text.strip())
    ),
    history=st.none() | durations,
    name=st.text(max_size=5),
)
features = st.builds(
    Feature,
    words,
    st.sampled_from(sorted(ARROW_TYPES)),
    st.text(max_size=20),
    version=versions,
    constraints=st.lists(constraints, max_size=2),
    unit=st.none() | st.text(max_size=5),
    owner=st.none() | st.text(max_size=5),
    tags=st.lists(st.text(max_size=5), max_size=3),
    rule=st.none() | rules,
)
groups = st.builds(
    FeatureGroup,
    words.map(lambda word: word + "_group"),
    st.dictionaries(
        words.map(lambda word: "key_" + word),
        st.sampled_from(["text", "int64"]),
        min_size=1,
        max_size=3,
    ),
    st.lists(features, max_size=4, unique_by=lambda feature: feature.name).map(
        lambda many: [feature for feature in many if not feature.name.startswith("key_")]
    ),
    ttl=st.none()
    | st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=366_000)),
    owner=st.none() | st.text(max_size=5),
)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
labels = texts.filter(lambda text: bool(text) and text.isprintable())
scores = st.floats(0, 100)
amounts = st.floats(0, 1e12)
paths = st.tuples(words, words).map(".".join)
semantic_versions = versions.map(str)
feature_versions = st.tuples(paths, semantic_versions).map("@".join)
snapshot_ids = st.tuples(words, semantic_versions).map("@".join)
metadata = st.builds(Metadata, actor=st.none() | texts, reason=st.none() | texts)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(texts, json_values, max_size=3)
parents = feature_versions.map(Parent.feature) | st.builds(
    Parent, st.sampled_from(["source", "stream"]), labels, st.none() | labels
)
moments = st.datetimes(datetime(1678, 1, 2), datetime(9999, 12, 30), timezones=st.timezones())  # noqa: DTZ001
measurements = st.builds(
    measurement,
    paths,
    moments,
    amounts,
    st.sampled_from(["training", "inference", "validation"]),
    version=st.none() | semantic_versions,
    cpu_time_ms=st.none() | amounts,
    memory_usage_mb=st.none() | amounts,
    usage_frequency=st.integers(0, 2**63 - 1),
    row_count=st.none() | st.integers(0, 2**63 - 1),
    performance_score=st.none() | scores,
    snapshot_id=st.none() | snapshot_ids,
    operation=st.sampled_from([None, "compute", "retrieve", "serve", "freeze"]),
    accuracy_impact=st.none() | st.floats(-1e3, 1e3),
)
lineage_facts: Facts = st.fixed_dictionaries(
    {},
    optional={
        "computation_rule": texts,
        "streaming_source": labels,
        "outcome_tracking_version": labels,
        "cross_system_consistency": labels,
        "computation_complexity": st.sampled_from(["low", "medium", "high"]),
        "estimated_computation_time_ms": amounts,
        "lineage_quality_score": scores,
    },
)
drift_findings: dict[str, st.SearchStrategy[Any]] = {
    "drift_score": amounts,
    "severity": st.sampled_from(["low", "medium", "high", "critical"]),
    "details": json_objects,
    "current_snapshot_id": st.none() | snapshot_ids,
}
drift_detections: Facts = st.fixed_dictionaries(
    {
        **drift_findings,
        "drift_type": st.sampled_from(["statistical", "distribution", "concept"]),
        "threshold_value": amounts,
        "version": st.none() | semantic_versions,
        "baseline_snapshot_id": st.none() | snapshot_ids,
    }
)
documents: Facts = st.fixed_dictionaries(
    {
        "documentation_version": st.sampled_from(["1.0.0", "1.1.0"]),
        "content": texts.filter(str.strip),
    },
    optional={
        "examples": st.lists(json_objects, max_size=2),
        "change_history": st.lists(json_objects, max_size=2),
        "documentation_quality_score": scores,
        "completeness_score": scores,
        "author": labels,
        "tags": st.lists(labels, max_size=3),
    },
)
assessments: Facts = st.fixed_dictionaries(
    {
        "evidence": st.lists(st.integers(1, 2**63 - 1), min_size=1, max_size=3),
        "quality_score": scores,
    },
    optional={
        "validation_status": st.sampled_from(["passed", "warning", "failed"]),
        "drift_detected": st.booleans(),
    },
)
