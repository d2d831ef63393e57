-- Waits until no other transaction sets or applies retention; held until the end of this one.
SELECT pg_advisory_xact_lock(hashtextextended('featuretrail.retention', 0));
