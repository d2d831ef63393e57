-- Makes whoever makes, swaps or drops generations wait for this transaction.
SELECT pg_advisory_xact_lock(hashtextextended('featuretrail generations', 0));
