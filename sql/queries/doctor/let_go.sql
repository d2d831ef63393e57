-- Let go of the throw-away database of this name.
SELECT pg_advisory_unlock(hashtextextended(%(name)s, 0));
