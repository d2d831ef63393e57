-- Makes the tables and views of the read side as the migrations do, without keys.
-- Its names are bare: they are made where the search path says.
-- Written by .venv/bin/python -m tests.projections.schema.
CREATE TABLE feature_consistency_checks (
  id uuid NOT NULL,
  check_timestamp timestamp with time zone NOT NULL,
  snapshot_id text COLLATE "C" NOT NULL,
  check_type text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  details jsonb NOT NULL,
  auto_fixed boolean NOT NULL,
  check_duration_ms double precision NOT NULL,
  confidence_score double precision,
  position bigint NOT NULL,
  last_position bigint NOT NULL
);

CREATE TABLE feature_documentation (
  id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  feature_name text COLLATE "C" NOT NULL,
  documentation_version text COLLATE "C" NOT NULL,
  content text COLLATE "C" NOT NULL,
  examples jsonb NOT NULL,
  change_history jsonb NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  documentation_quality_score double precision,
  completeness_score double precision,
  author text COLLATE "C",
  tags jsonb NOT NULL,
  revision integer NOT NULL,
  position bigint NOT NULL,
  last_position bigint NOT NULL
);

CREATE TABLE feature_drift_detection (
  id uuid NOT NULL,
  detected_at timestamp with time zone NOT NULL,
  feature_name text COLLATE "C" NOT NULL,
  drift_type text COLLATE "C" NOT NULL,
  drift_score double precision NOT NULL,
  threshold_value double precision NOT NULL,
  baseline_snapshot_id text COLLATE "C",
  current_snapshot_id text COLLATE "C",
  drift_details jsonb NOT NULL,
  severity text COLLATE "C" NOT NULL,
  action_taken text COLLATE "C",
  resolved_at timestamp with time zone,
  version text COLLATE "C",
  acknowledged_at timestamp with time zone,
  acknowledged_by text COLLATE "C",
  position bigint NOT NULL,
  last_position bigint NOT NULL
);

CREATE TABLE feature_lineage (
  id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  feature_name text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  parent_features jsonb NOT NULL,
  computation_rule text COLLATE "C",
  streaming_source text COLLATE "C",
  outcome_tracking_version text COLLATE "C",
  cross_system_consistency text COLLATE "C",
  computation_complexity text COLLATE "C",
  estimated_computation_time_ms double precision,
  lineage_quality_score double precision,
  dependency_count integer NOT NULL,
  retired_at timestamp with time zone,
  position bigint NOT NULL,
  last_position bigint NOT NULL
);

CREATE TABLE feature_metadata (
  id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  feature_name text COLLATE "C" NOT NULL,
  metadata_type text COLLATE "C" NOT NULL,
  metadata_key text COLLATE "C" NOT NULL,
  metadata_value jsonb,
  updated_at timestamp with time zone NOT NULL,
  version integer NOT NULL,
  confidence_score double precision,
  past_since timestamp with time zone,
  position bigint NOT NULL,
  last_position bigint NOT NULL
);

CREATE TABLE feature_performance_metrics (
  id uuid NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  feature_name text COLLATE "C" NOT NULL,
  computation_time_ms double precision NOT NULL,
  memory_usage_mb double precision,
  usage_frequency bigint NOT NULL,
  performance_score double precision,
  snapshot_id text COLLATE "C",
  computation_context text COLLATE "C" NOT NULL,
  accuracy_impact double precision,
  version text COLLATE "C",
  measured_at timestamp with time zone NOT NULL,
  position bigint NOT NULL,
  last_position bigint NOT NULL,
  cpu_time_ms double precision,
  row_count bigint,
  operation text COLLATE "C"
);

CREATE TABLE feature_snapshot_versions (
  id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  snapshot_id text COLLATE "C" NOT NULL,
  feature_set_name text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  metadata jsonb NOT NULL,
  feature_count integer NOT NULL,
  data_points_count bigint NOT NULL,
  streaming_data_version bigint NOT NULL,
  consistency_hash text COLLATE "C" NOT NULL,
  validation_status text COLLATE "C" NOT NULL,
  computation_time_ms double precision NOT NULL,
  memory_usage_mb double precision,
  quality_score double precision,
  drift_detected boolean,
  feature_set_version text COLLATE "C" NOT NULL,
  features text[] COLLATE "C" NOT NULL,
  actor text COLLATE "C",
  position bigint NOT NULL,
  last_position bigint NOT NULL
);

CREATE VIEW feature_performance_summary WITH (security_invoker=true) AS
 SELECT feature_name,
    count(*) AS measurement_count,
    sum((computation_time_ms * (weight / uses))) AS avg_computation_time_ms,
    min(computation_time_ms) FILTER (WHERE (uses_up_to >= ((0.5)::double precision * uses))) AS p50_computation_time_ms,
    min(computation_time_ms) FILTER (WHERE (uses_up_to >= ((0.95)::double precision * uses))) AS p95_computation_time_ms,
    min(computation_time_ms) FILTER (WHERE (uses_up_to >= ((0.99)::double precision * uses))) AS p99_computation_time_ms,
    max(computation_time_ms) AS max_computation_time_ms,
    sum((memory_usage_mb * (weight / uses_of_memory))) AS avg_memory_usage_mb,
    max(memory_usage_mb) AS max_memory_usage_mb,
    sum(usage_frequency) AS total_usage,
    sum((performance_score * (weight / uses_of_score))) AS avg_performance_score,
    max(recorded_at) AS last_used
   FROM ( SELECT m.feature_name,
            m.computation_time_ms,
            m.memory_usage_mb,
            m.usage_frequency,
            m.performance_score,
            m.recorded_at,
            m.weight,
            sum(m.weight) OVER (PARTITION BY m.feature_name ORDER BY m.computation_time_ms) AS uses_up_to,
            sum(m.weight) OVER (PARTITION BY m.feature_name) AS uses,
            sum(m.weight) FILTER (WHERE (m.memory_usage_mb IS NOT NULL)) OVER (PARTITION BY m.feature_name) AS uses_of_memory,
            sum(m.weight) FILTER (WHERE (m.performance_score IS NOT NULL)) OVER (PARTITION BY m.feature_name) AS uses_of_score
           FROM ( SELECT r.feature_name,
                    r.computation_time_ms,
                    r.memory_usage_mb,
                    r.usage_frequency,
                    r.performance_score,
                    r.recorded_at,
                    (GREATEST(r.usage_frequency, (1)::bigint))::double precision AS weight
                   FROM feature_performance_metrics r) m) p
  GROUP BY feature_name;

CREATE VIEW feature_quality_dashboard WITH (security_invoker=true) AS
 SELECT s.feature_set_name,
    s.version,
    s.quality_score,
    s.drift_detected,
    d.open_incidents,
    d.total_incidents,
    d.max_drift_score,
    d.last_drift
   FROM (feature_snapshot_versions s
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (i.resolved_at IS NULL)) AS open_incidents,
            count(*) AS total_incidents,
            max(i.drift_score) AS max_drift_score,
            max(i.detected_at) AS last_drift
           FROM feature_drift_detection i
          WHERE (i.feature_name = ANY (s.features))) d);

CREATE VIEW feature_snapshot_summary WITH (security_invoker=true) AS
 SELECT s.snapshot_id,
    s.feature_set_name,
    s.version,
    s.created_at,
    s.feature_count,
    s.data_points_count,
    s.validation_status,
    s.quality_score,
    s.drift_detected,
    count(c.id) AS total_checks,
    count(c.id) FILTER (WHERE (c.status = 'passed'::text)) AS passed_checks,
    count(c.id) FILTER (WHERE (c.status = 'failed'::text)) AS failed_checks,
    count(c.id) FILTER (WHERE (c.status = 'warning'::text)) AS warning_checks,
    max(c.check_timestamp) AS last_check
   FROM (feature_snapshot_versions s
     LEFT JOIN feature_consistency_checks c ON ((c.snapshot_id = s.snapshot_id)))
  GROUP BY s.snapshot_id, s.feature_set_name, s.version, s.created_at, s.feature_count, s.data_points_count, s.validation_status, s.quality_score, s.drift_detected;
