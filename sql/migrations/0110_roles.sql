-- The group roles of this database, made by `featuretrail db roles`.
CREATE TABLE featuretrail.roles (
  role text COLLATE "C" PRIMARY KEY
    CHECK (role IN ('owner', 'writer', 'projector', 'reader', 'auditor')),
  name name NOT NULL UNIQUE
);

COMMENT ON TABLE featuretrail.roles IS 'The group roles that hold the rights to this database; no rows until they are made';
COMMENT ON COLUMN featuretrail.roles.role IS 'What the role is for: owner, writer, projector, reader or auditor';
COMMENT ON COLUMN featuretrail.roles.name IS 'Name of the group role in the server';
