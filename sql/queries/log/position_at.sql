-- The last position recorded at or before a moment.
SELECT featuretrail.position_at(%(moment)b::timestamptz);
