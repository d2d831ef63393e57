-- From which event time on do batches between two positions change these columns of a group?
-- (NULL: they do not.)
SELECT min(b.first_event_time)
FROM featuretrail.batches AS b
WHERE b.group_name = %(group)s
  AND b.position > %(after)s
  AND b.position <= %(until)s
  AND (b.kind = 'retraction' OR b.columns && %(columns)s::text[])
