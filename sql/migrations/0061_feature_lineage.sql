-- One row a version of a feature whose lineage was declared: where it comes from.
CREATE TABLE featuretrail.feature_lineage (
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  feature_name text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  parent_features jsonb NOT NULL,
  computation_rule text COLLATE "C",
  streaming_source text COLLATE "C",
  outcome_tracking_version text COLLATE "C",
  cross_system_consistency text COLLATE "C",
  computation_complexity text COLLATE "C"
    CHECK (computation_complexity IN ('low', 'medium', 'high')),
  estimated_computation_time_ms double precision CHECK (estimated_computation_time_ms >= 0),
  lineage_quality_score double precision CHECK (lineage_quality_score BETWEEN 0 AND 100),
  dependency_count integer NOT NULL,
  retired_at timestamptz,
  position bigint NOT NULL,
  last_position bigint NOT NULL,
  PRIMARY KEY (id, created_at)
);

-- the lineage of a feature; the children of a parent: parent_features @> '[{"name": ...}]'
CREATE INDEX ON featuretrail.feature_lineage (feature_name, created_at);
CREATE INDEX ON featuretrail.feature_lineage USING gin (parent_features jsonb_path_ops);

-- small, keeps every row, and is revised by id, for which every chunk is looked at
SELECT featuretrail.make_hypertable('featuretrail.feature_lineage', 'created_at', '1 year');

COMMENT ON TABLE featuretrail.feature_lineage IS 'One row a version of a feature whose lineage was declared: where it comes from';
COMMENT ON COLUMN featuretrail.feature_lineage.id IS 'The stream of the version''s lineage';
COMMENT ON COLUMN featuretrail.feature_lineage.created_at IS 'When its lineage was first recorded';
COMMENT ON COLUMN featuretrail.feature_lineage.feature_name IS 'The feature: group.feature';
COMMENT ON COLUMN featuretrail.feature_lineage.version IS 'Version of the feature';
COMMENT ON COLUMN featuretrail.feature_lineage.parent_features IS 'Its direct parents: objects with kind (feature, source, stream), name and version';
COMMENT ON COLUMN featuretrail.feature_lineage.computation_rule IS 'How it is computed from its parents; NULL when its declaration leaves it out';
COMMENT ON COLUMN featuretrail.feature_lineage.streaming_source IS 'The stream it arrives by';
COMMENT ON COLUMN featuretrail.feature_lineage.outcome_tracking_version IS 'Version of the outcomes it is judged by';
COMMENT ON COLUMN featuretrail.feature_lineage.cross_system_consistency IS 'What its declaration says of its consistency with other systems';
COMMENT ON COLUMN featuretrail.feature_lineage.computation_complexity IS 'low, medium or high';
COMMENT ON COLUMN featuretrail.feature_lineage.estimated_computation_time_ms IS 'Expected milliseconds of computing it';
COMMENT ON COLUMN featuretrail.feature_lineage.lineage_quality_score IS 'How well its origin is known, 0 to 100; NULL until evaluated';
COMMENT ON COLUMN featuretrail.feature_lineage.dependency_count IS 'How many direct parents it has';
COMMENT ON COLUMN featuretrail.feature_lineage.retired_at IS 'When the version was retired; NULL while it is in use';
COMMENT ON COLUMN featuretrail.feature_lineage.position IS 'Position of the event that made the row';
COMMENT ON COLUMN featuretrail.feature_lineage.last_position IS 'Position of the event that last changed the row';
