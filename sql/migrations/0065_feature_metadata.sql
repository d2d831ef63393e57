-- One row a key of a feature's metadata with its present value, and one row a quality check.
CREATE TABLE featuretrail.feature_metadata (
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  feature_name text COLLATE "C" NOT NULL,
  metadata_type text COLLATE "C" NOT NULL
    CHECK (metadata_type IN ('schema', 'quality', 'performance', 'business')),
  metadata_key text COLLATE "C" NOT NULL,
  metadata_value jsonb,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  confidence_score double precision CHECK (confidence_score BETWEEN 0 AND 100),
  past_since timestamptz,
  position bigint NOT NULL,
  last_position bigint NOT NULL,
  PRIMARY KEY (id, created_at)
);

-- what is known of a feature, of one type, of one key; the latest of its quality checks
CREATE INDEX ON featuretrail.feature_metadata
  (feature_name, metadata_type, metadata_key, created_at);

-- small, keeps every row, and is revised by id, for which every chunk is looked at
SELECT featuretrail.make_hypertable('featuretrail.feature_metadata', 'created_at', '1 year');

COMMENT ON TABLE featuretrail.feature_metadata IS 'One row a key of a feature''s metadata with its present value, and one row a quality check';
COMMENT ON COLUMN featuretrail.feature_metadata.id IS 'The stream and, of a definition, which sets several keys, the key';
COMMENT ON COLUMN featuretrail.feature_metadata.created_at IS 'When the key was first recorded';
COMMENT ON COLUMN featuretrail.feature_metadata.feature_name IS 'The feature: group.feature';
COMMENT ON COLUMN featuretrail.feature_metadata.metadata_type IS 'schema (from its definition), quality (from its checks), performance or business';
COMMENT ON COLUMN featuretrail.feature_metadata.metadata_key IS 'The key';
COMMENT ON COLUMN featuretrail.feature_metadata.metadata_value IS 'Its present value; NULL for null, and for what the definition leaves out';
COMMENT ON COLUMN featuretrail.feature_metadata.updated_at IS 'When the value was last recorded';
COMMENT ON COLUMN featuretrail.feature_metadata.version IS 'How often the key was recorded; 1 for a quality check';
COMMENT ON COLUMN featuretrail.feature_metadata.confidence_score IS 'How sure the value is, 0 to 100 (of a quality check, its coverage); NULL when not evaluated';
COMMENT ON COLUMN featuretrail.feature_metadata.past_since IS 'Since when the row is past: a quality check, since it was recorded; NULL for what holds now';
COMMENT ON COLUMN featuretrail.feature_metadata.position IS 'Position of the event that made the row';
COMMENT ON COLUMN featuretrail.feature_metadata.last_position IS 'Position of the event that last changed the row';
