-- Has this session's user the rights of the owner?
SELECT pg_has_role(%(name)s, 'USAGE')
