-- The complete builds of the read side: which one is live, and how far each has come.
CREATE TABLE featuretrail.generations (
  generation bigint PRIMARY KEY CHECK (generation > 0),
  schema_name text COLLATE "C" NOT NULL UNIQUE DEFERRABLE INITIALLY IMMEDIATE,
  state text COLLATE "C" NOT NULL
    CHECK (state IN ('live', 'building', 'verifying', 'soaking', 'copy')),
  tables text[] COLLATE "C" NOT NULL,
  until bigint CHECK (until >= 0),
  position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
  replays bigint NOT NULL DEFAULT 0 CHECK (replays >= 0),
  library_version text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  advanced_at timestamptz,
  swapped_at timestamptz
);

CREATE UNIQUE INDEX generations_live ON featuretrail.generations (state) WHERE state = 'live';

COMMENT ON TABLE featuretrail.generations IS 'The complete builds of the read side: which one is live, and how far each has come';
COMMENT ON COLUMN featuretrail.generations.generation IS 'Number of the generation, from 1';
COMMENT ON COLUMN featuretrail.generations.schema_name IS 'Schema its tables are in; that of the live one is featuretrail';
COMMENT ON COLUMN featuretrail.generations.state IS 'live, building (to become live), verifying (to be compared and dropped), soaking (was live, can be again) or copy';
COMMENT ON COLUMN featuretrail.generations.tables IS 'The tables of the read side that it has';
COMMENT ON COLUMN featuretrail.generations.until IS 'Position at which it ends; NULL: it follows the log';
COMMENT ON COLUMN featuretrail.generations.position IS 'Position of the last event its tables hold; moves only from the value its projector expects';
COMMENT ON COLUMN featuretrail.generations.replays IS 'How often dead letters were replayed into it; tells a projector that its list of parked streams is old';
COMMENT ON COLUMN featuretrail.generations.library_version IS 'Version of featuretrail that builds it';
COMMENT ON COLUMN featuretrail.generations.created_at IS 'When it was begun';
COMMENT ON COLUMN featuretrail.generations.advanced_at IS 'When its position last moved';
COMMENT ON COLUMN featuretrail.generations.swapped_at IS 'When it last became live or ceased to be';
