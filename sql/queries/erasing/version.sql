-- How many events does a stream have?
SELECT coalesce(max(e.originator_version), 0)
FROM featuretrail.events AS e
WHERE e.originator_id = %(stream)s
