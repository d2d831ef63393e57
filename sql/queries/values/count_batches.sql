-- How many batches are there?
SELECT count(*)
FROM featuretrail.batches
