-- Keeps the salt of an erasure.
INSERT INTO featuretrail.erasures (position, group_name, salt)
VALUES (%(position)s, %(group)s, %(salt)s)
