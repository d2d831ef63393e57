-- Tells those who wait that a generation moved on.
SELECT pg_notify('featuretrail_projections', %(generation)s::bigint || ':' || %(position)s::bigint);
