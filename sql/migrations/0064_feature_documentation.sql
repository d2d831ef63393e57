-- One row a documented version of a feature.
CREATE TABLE featuretrail.feature_documentation (
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  feature_name text COLLATE "C" NOT NULL,
  documentation_version text COLLATE "C" NOT NULL,
  content text COLLATE "C" NOT NULL,
  examples jsonb NOT NULL,
  change_history jsonb NOT NULL,
  updated_at timestamptz NOT NULL,
  documentation_quality_score double precision
    CHECK (documentation_quality_score BETWEEN 0 AND 100),
  completeness_score double precision CHECK (completeness_score BETWEEN 0 AND 100),
  author text COLLATE "C",
  tags jsonb NOT NULL,
  revision integer NOT NULL,
  position bigint NOT NULL,
  last_position bigint NOT NULL,
  PRIMARY KEY (id, created_at)
);

-- the documentation of a feature, latest version first
CREATE INDEX ON featuretrail.feature_documentation (feature_name, created_at);

-- small, keeps every row, and is revised by id, for which every chunk is looked at
SELECT featuretrail.make_hypertable('featuretrail.feature_documentation', 'created_at', '1 year');

COMMENT ON TABLE featuretrail.feature_documentation IS 'One row a documented version of a feature';
COMMENT ON COLUMN featuretrail.feature_documentation.id IS 'The documented version: its stream and the version';
COMMENT ON COLUMN featuretrail.feature_documentation.created_at IS 'When its documentation was first recorded';
COMMENT ON COLUMN featuretrail.feature_documentation.feature_name IS 'The feature: group.feature';
COMMENT ON COLUMN featuretrail.feature_documentation.documentation_version IS 'Version of the feature that is documented';
COMMENT ON COLUMN featuretrail.feature_documentation.content IS 'The text, Markdown';
COMMENT ON COLUMN featuretrail.feature_documentation.examples IS 'Example rows and calls';
COMMENT ON COLUMN featuretrail.feature_documentation.change_history IS 'Who changed what, when and why';
COMMENT ON COLUMN featuretrail.feature_documentation.updated_at IS 'When its documentation was last recorded';
COMMENT ON COLUMN featuretrail.feature_documentation.documentation_quality_score IS 'Quality of the text, 0 to 100; NULL until evaluated';
COMMENT ON COLUMN featuretrail.feature_documentation.completeness_score IS 'Share of the applicable items that are there, 0 to 100; NULL until evaluated';
COMMENT ON COLUMN featuretrail.feature_documentation.author IS 'Who wrote it';
COMMENT ON COLUMN featuretrail.feature_documentation.tags IS 'Its tags';
COMMENT ON COLUMN featuretrail.feature_documentation.revision IS 'How often it was written';
COMMENT ON COLUMN featuretrail.feature_documentation.position IS 'Position of the event that made the row';
COMMENT ON COLUMN featuretrail.feature_documentation.last_position IS 'Position of the event that last changed the row';
