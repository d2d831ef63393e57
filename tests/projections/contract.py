"""The public tables and views, by hand from the specification: column names and types."""

Columns = dict[str, str]

TEXT, INTEGER, BIGINT, FLOAT = "text", "integer", "bigint", "double precision"
TIME, JSON, FLAG, UUID = "timestamp with time zone", "jsonb", "boolean", "uuid"

EVERY_ROW: Columns = {"id": UUID, "position": BIGINT, "last_position": BIGINT}

# by hand, from the specification
TABLES: dict[str, tuple[str, Columns]] = {
    "feature_snapshot_versions": (
        "created_at",
        {
            "snapshot_id": TEXT,
            "feature_set_name": TEXT,
            "version": TEXT,
            "metadata": JSON,
            "feature_count": INTEGER,
            "data_points_count": BIGINT,
            "streaming_data_version": BIGINT,
            "consistency_hash": TEXT,
            "validation_status": TEXT,
            "computation_time_ms": FLOAT,
            "memory_usage_mb": FLOAT,
            "quality_score": FLOAT,
            "drift_detected": FLAG,
        },
    ),
    "feature_lineage": (
        "created_at",
        {
            "feature_name": TEXT,
            "version": TEXT,
            "parent_features": JSON,
            "computation_rule": TEXT,
            "streaming_source": TEXT,
            "outcome_tracking_version": TEXT,
            "cross_system_consistency": TEXT,
            "computation_complexity": TEXT,
            "estimated_computation_time_ms": FLOAT,
            "lineage_quality_score": FLOAT,
            "dependency_count": INTEGER,
        },
    ),
    "feature_consistency_checks": (
        "check_timestamp",
        {
            "snapshot_id": TEXT,
            "check_type": TEXT,
            "status": TEXT,
            "details": JSON,
            "auto_fixed": FLAG,
            "check_duration_ms": FLOAT,
            "confidence_score": FLOAT,
        },
    ),
    "feature_performance_metrics": (
        "recorded_at",
        {
            "feature_name": TEXT,
            "computation_time_ms": FLOAT,
            "memory_usage_mb": FLOAT,
            "usage_frequency": BIGINT,
            "performance_score": FLOAT,
            "snapshot_id": TEXT,
            "computation_context": TEXT,
            "accuracy_impact": FLOAT,
        },
    ),
    "feature_documentation": (
        "created_at",
        {
            "feature_name": TEXT,
            "documentation_version": TEXT,
            "content": TEXT,
            "examples": JSON,
            "change_history": JSON,
            "updated_at": TIME,
            "documentation_quality_score": FLOAT,
            "completeness_score": FLOAT,
            "author": TEXT,
            "tags": JSON,
        },
    ),
    "feature_metadata": (
        "created_at",
        {
            "feature_name": TEXT,
            "metadata_type": TEXT,
            "metadata_key": TEXT,
            "metadata_value": JSON,
            "updated_at": TIME,
            "version": INTEGER,
            "confidence_score": FLOAT,
        },
    ),
    "feature_drift_detection": (
        "detected_at",
        {
            "feature_name": TEXT,
            "drift_type": TEXT,
            "drift_score": FLOAT,
            "threshold_value": FLOAT,
            "baseline_snapshot_id": TEXT,
            "current_snapshot_id": TEXT,
            "drift_details": JSON,
            "severity": TEXT,
            "action_taken": TEXT,
            "resolved_at": TIME,
        },
    ),
}

SUMMARIES: dict[str, Columns] = {
    "feature_snapshot_summary": {
        "snapshot_id": TEXT,
        "feature_set_name": TEXT,
        "version": TEXT,
        "total_checks": BIGINT,
        "passed_checks": BIGINT,
        "failed_checks": BIGINT,
        "warning_checks": BIGINT,
    },
    "feature_performance_summary": {
        "feature_name": TEXT,
        "measurement_count": BIGINT,
        "avg_computation_time_ms": FLOAT,
        "p50_computation_time_ms": FLOAT,
        "p95_computation_time_ms": FLOAT,
        "p99_computation_time_ms": FLOAT,
        "max_computation_time_ms": FLOAT,
        "avg_memory_usage_mb": FLOAT,
        "max_memory_usage_mb": FLOAT,
        "total_usage": "numeric",
        "avg_performance_score": FLOAT,
        "last_used": TIME,
    },
    "feature_quality_dashboard": {
        "feature_set_name": TEXT,
        "version": TEXT,
        "quality_score": FLOAT,
        "drift_detected": FLAG,
        "open_incidents": BIGINT,
        "total_incidents": BIGINT,
        "max_drift_score": FLOAT,
        "last_drift": TIME,
    },
}
