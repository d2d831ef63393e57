-- Records the group role that holds a role's rights.
INSERT INTO featuretrail.roles AS known (role, name)
VALUES (%(role)s, %(name)s)
ON CONFLICT (role) DO UPDATE
SET name = excluded.name
