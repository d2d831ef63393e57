"""What the read side holds after the story, table by table and cell by cell, written by hand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from featuretrail.domain.events import stream_id
from tests.projections import story as told
from tests.projections.story import Story
from tests.store.weather import NOON

Row = dict[str, Any]


def part_id(stream: UUID, part: str) -> UUID:
    return UUID(int=stream.int ^ stream_id("row", part).int)


def snapshots(story: Story) -> list[Row]:
    first, second = story.created("delay@1.0.0"), story.created("delay@1.1.0")
    common = {
        "feature_set_name": "delay",
        "feature_count": 2,
        "feature_set_version": "1.0.0",
        "features": ["weather.temp", "weather.sky"],
    }
    return [
        common
        | {
            "id": stream_id("snapshot", "delay@1.0.0"),
            "created_at": at(story, "snapshot"),
            "snapshot_id": "delay@1.0.0",
            "version": "1.0.0",
            "metadata": {
                "purpose": "training",
                "odd": "\uffff",
                "most": 2**63 - 1,
                "least": -(2**63),
            },
            "data_points_count": 4,
            "streaming_data_version": first.position,
            "consistency_hash": first.digest,
            "validation_status": "failed",
            "computation_time_ms": first.computation_time_ms,
            "memory_usage_mb": first.memory_usage_mb,
            "quality_score": 82.5,
            "drift_detected": True,
            "actor": "ben",
            **placed(story, "snapshot", "assessed again"),
        },
        common
        | {
            "id": stream_id("snapshot", "delay@1.1.0"),
            "created_at": at(story, "second snapshot"),
            "snapshot_id": "delay@1.1.0",
            "version": "1.1.0",
            "metadata": {},
            "data_points_count": 2,
            "streaming_data_version": second.position,
            "consistency_hash": second.digest,
            "validation_status": "pending",
            "computation_time_ms": second.computation_time_ms,
            "memory_usage_mb": second.memory_usage_mb,
            "quality_score": None,
            "drift_detected": None,
            "actor": "anna",
            **placed(story, "second snapshot"),
        },
    ]


def lineage(story: Story) -> list[Row]:
    return [
        {
            "id": stream_id("lineage", "weather.temp@1.1.0"),
            "created_at": at(story, "lineage"),
            "feature_name": "weather.temp",
            "version": "1.1.0",
            "parent_features": [
                {"kind": "feature", "name": "weather.temp", "version": "1.0.0"},
                {"kind": "source", "name": "noaa.hourly", "version": None},
                {"kind": "stream", "name": "kafka:weather", "version": "3"},
            ],
            "computation_rule": "temp * 1.8 + 32",
            "streaming_source": "kafka:weather",
            "outcome_tracking_version": "7",
            "cross_system_consistency": "equal",
            "computation_complexity": "medium",
            "estimated_computation_time_ms": 1.5,
            "lineage_quality_score": 66.6,
            "dependency_count": 3,
            "retired_at": None,
            **placed(story, "lineage", "lineage again"),
        },
        {
            "id": stream_id("lineage", "weather.sky@1.0.0"),
            "created_at": at(story, "lineage of nothing"),
            "feature_name": "weather.sky",
            "version": "1.0.0",
            "parent_features": [],
            "computation_rule": None,
            "streaming_source": None,
            "outcome_tracking_version": None,
            "cross_system_consistency": None,
            "computation_complexity": None,
            "estimated_computation_time_ms": None,
            "lineage_quality_score": None,
            "dependency_count": 0,
            "retired_at": at(story, "retired"),
            **placed(story, "lineage of nothing", "retired"),
        },
    ]


def checks(story: Story) -> list[Row]:
    return [
        {
            "id": own_id,
            "check_timestamp": at(story, step),
            "snapshot_id": "delay@1.0.0",
            "check_type": kind,
            "status": status,
            "details": {"step": step, "rows": []},
            "auto_fixed": status == "warning",
            "check_duration_ms": 12.5,
            "confidence_score": confidence,
            **placed(story, step),
        }
        for step, own_id, kind, status, confidence in told.COMPARED
    ]


def measurements(story: Story) -> list[Row]:
    """The part that names a measurement is its event's version and its place in the event."""
    unknown = dict.fromkeys(
        ("memory_usage_mb", "performance_score", "snapshot_id", "accuracy_impact", "version",
         "cpu_time_ms", "row_count", "operation")
    )  # fmt: skip
    rows_ = [
        ("sample", told.FIRST_SAMPLE, "1/0",
         {"feature_name": "weather.temp", "measured_at": told.LONG_AGO,
          "computation_time_ms": 10.0, "computation_context": "training", "version": "1.1.0",
          "memory_usage_mb": 1.0, "usage_frequency": 2**63 - 1, "performance_score": 100.0,
          "snapshot_id": "delay@1.0.0", "operation": "freeze", "accuracy_impact": -0.25}),
        ("sample", told.FIRST_SAMPLE, "1/1",
         {"feature_name": "weather.temp", "measured_at": told.FAR_AHEAD,
          "computation_time_ms": 40.0, "computation_context": "inference", "usage_frequency": 0}),
        ("second sample", told.SECOND_SAMPLE, "1/0",
         {"feature_name": "weather.temp", "measured_at": NOON, "computation_time_ms": 20.0,
          "computation_context": "validation", "usage_frequency": 1, "performance_score": 50.0}),
        ("second sample", told.SECOND_SAMPLE, "1/1",
         {"feature_name": "weather.sky", "measured_at": NOON, "computation_time_ms": 0.0,
          "computation_context": "inference", "usage_frequency": 1}),
        ("second sample", told.SECOND_SAMPLE, "1/2",
         {"feature_name": "weather.temp", "measured_at": NOON, "computation_time_ms": 30.0,
          "computation_context": "inference", "usage_frequency": 1, "memory_usage_mb": 4.0,
          "cpu_time_ms": 12.5, "row_count": 2**63 - 1}),
    ]  # fmt: skip
    made = [
        {
            "id": part_id(stream, part),
            "recorded_at": at(story, step),
            **unknown,
            **facts,
            **placed(story, step),
        }
        for step, stream, part, facts in rows_
    ]
    return sorted(made, key=lambda row: (row["position"], row["id"]))


def documents(story: Story) -> list[Row]:
    stream = stream_id("documentation", "weather.temp")
    return [
        {
            "id": part_id(stream, "1.0.0"),
            "created_at": at(story, "written"),
            "feature_name": "weather.temp",
            "documentation_version": "1.0.0",
            "content": "# Temperature\n\n'\"\\\t",
            "examples": [{"temp": 71.5}],
            "change_history": [{"who": "anna", "why": None}],
            "updated_at": at(story, "written again"),
            "documentation_quality_score": 75.0,
            "completeness_score": 0.0,
            "author": "ben",
            "tags": ["a", "b"],
            "revision": 2,
            **placed(story, "written", "written again"),
        },
        {
            "id": part_id(stream, "1.1.0"),
            "created_at": at(story, "written anew"),
            "feature_name": "weather.temp",
            "documentation_version": "1.1.0",
            "content": "# New",
            "examples": [],
            "change_history": [],
            "updated_at": at(story, "written anew"),
            "documentation_quality_score": None,
            "completeness_score": None,
            "author": None,
            "tags": [],
            "revision": 1,
            **placed(story, "written anew"),
        },
    ]


def metadata(story: Story) -> list[Row]:
    temp, sky = (stream_id("feature", f"weather.{name}") for name in ("temp", "sky"))
    between = {"kind": "range", "minimum": -60, "maximum": 140}
    schema = [
        ("temp", temp, "column", "temp"),
        ("temp", temp, "constraints", [between]),
        ("temp", temp, "description", "Air temperature, two metres up"),
        ("temp", temp, "dtype", "float64"),
        ("temp", temp, "owner", "ops"),
        ("temp", temp, "tags", ["air", "Ärger"]),
        ("temp", temp, "unit", "°F"),
        ("temp", temp, "version", "1.1.0"),
        ("sky", sky, "column", "sky"),
        ("sky", sky, "constraints", []),
        ("sky", sky, "description", "Cloud cover"),
        ("sky", sky, "dtype", "text"),
        ("sky", sky, "owner", None),
        ("sky", sky, "tags", []),
        ("sky", sky, "unit", None),
        ("sky", sky, "version", "1.0.0"),
    ]
    return sorted(
        [
            key(story, f"weather.{name}", "schema", label, value, part_id(stream, label),
                name, f"{name} again" if name == "temp" else name, 1 + (name == "temp"))
            for name, stream, label, value in schema
        ]
        + [
            key(story, "weather.temp", "quality", "quality_check",
                {"score": 90.0, "dimensions": {"completeness": 90.0, "validity": None},
                 "reasons": ["validity: no constraint"], "version": "1.1.0",
                 "snapshot_id": "delay@1.0.0"},
                told.GOOD_CHECK, "good quality", "good quality", 1, 50.0),
            key(story, "weather.sky", "quality", "quality_check",
                {"score": None, "dimensions": {}, "reasons": [], "version": None,
                 "snapshot_id": None},
                told.EMPTY_CHECK, "no quality", "no quality", 1, 0.0),
            key(story, "weather.temp", "business", 'cost "per" row; --', None,
                stream_id("metadata", 'weather.temp/business/cost "per" row; --'),
                "metadata", "metadata again", 2),
            key(story, "weather.temp", "performance", "budget", -(2**63),
                stream_id("metadata", "weather.temp/performance/budget"),
                "budget", "budget", 1, 0.0),
        ],
        key=lambda row: (row["position"], row["id"]),
    )  # fmt: skip


def key(
    story: Story,
    feature: str,
    kind: str,
    name: str,
    value: object,
    own_id: UUID,
    first: str,
    last: str,
    version: int,
    confidence: float | None = None,
) -> Row:
    return {
        "id": own_id,
        "created_at": at(story, first),
        "feature_name": feature,
        "metadata_type": kind,
        "metadata_key": name,
        "metadata_value": value,
        "updated_at": at(story, last),
        "version": version,
        "confidence_score": confidence,
        "past_since": at(story, first) if name == "quality_check" else None,
        **placed(story, first, last),
    }


def incidents(story: Story) -> list[Row]:
    opened = {
        "drift_type": "concept",
        "threshold_value": 0.0,
        "baseline_snapshot_id": None,
        "current_snapshot_id": None,
        "drift_details": {},
        "severity": "low",
        "action_taken": None,
        "resolved_at": None,
        "version": None,
        "acknowledged_at": None,
        "acknowledged_by": None,
    }
    return [
        {
            "id": told.TEMP_DRIFT,
            "detected_at": at(story, "drift"),
            "feature_name": "weather.temp",
            "drift_type": "distribution",
            "drift_score": 0.375,
            "threshold_value": 0.05,
            "baseline_snapshot_id": "delay@1.0.0",
            "current_snapshot_id": "delay@1.1.0",
            "drift_details": {},
            "severity": "medium",
            "action_taken": "sensor replaced",
            "resolved_at": at(story, "resolved"),
            "version": "1.1.0",
            "acknowledged_at": at(story, "noticed"),
            "acknowledged_by": "ben",
            **placed(story, "drift", "resolved"),
        },
        {
            "id": told.SKY_DRIFT,
            "detected_at": at(story, "open drift"),
            "feature_name": "weather.sky",
            "drift_score": 0.125,
            **opened,
            **placed(story, "open drift"),
        },
        {
            "id": told.FOREIGN_DRIFT,
            "detected_at": at(story, "foreign drift"),
            "feature_name": "other.feature",
            "drift_score": 9.0,
            **opened,
            **placed(story, "foreign drift"),
        },
    ]


def at(story: Story, step: str) -> datetime:
    return story.places[step].recorded_at


def placed(story: Story, first: str, last: str | None = None) -> Row:
    """The positions of the event that made a row and of the one that last changed it."""
    ends = first if last is None else last
    return {
        "position": story.places[first].position,
        "last_position": story.places[ends].position,
    }
