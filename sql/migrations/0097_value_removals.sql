-- What retention removed from the values of groups, for whoever asks about them.
CREATE TABLE featuretrail.value_removals (
  group_name text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  horizon timestamptz NOT NULL,
  rows bigint NOT NULL CHECK (rows > 0),
  known_position bigint NOT NULL,
  known_at timestamptz NOT NULL,
  PRIMARY KEY (group_name, position)
);

COMMENT ON TABLE featuretrail.value_removals IS 'What retention removed from the values of groups: one row an event';
COMMENT ON COLUMN featuretrail.value_removals.group_name IS 'The feature group';
COMMENT ON COLUMN featuretrail.value_removals.position IS 'Position of the event of the removal';
COMMENT ON COLUMN featuretrail.value_removals.horizon IS 'Rows with an earlier event time were removed, but for those that held at the horizon';
COMMENT ON COLUMN featuretrail.value_removals.rows IS 'How many rows were removed';
COMMENT ON COLUMN featuretrail.value_removals.known_position IS 'From this position on the store knew all that was before the horizon; what it knew earlier can no longer be told';
COMMENT ON COLUMN featuretrail.value_removals.known_at IS 'The same as a time, for cuts row by row';
