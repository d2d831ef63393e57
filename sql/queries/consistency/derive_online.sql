-- Makes the newest rows of given entities again from the values that no retraction hides: of each
-- set of columns that was written together the newest.
INSERT INTO {online} ({keys}, layout, event_time, batch{columns})
SELECT DISTINCT ON ({stored_keys}, b.layout)
  {stored_keys},
  b.layout,
  stored.event_time,
  stored.batch{stored_columns}
FROM {values} AS stored
JOIN unnest({arrays}) AS given ({keys}) ON ({stored_keys}) = ({given_keys})
JOIN featuretrail.batches AS b ON b.group_name = %(group)s AND b.batch = stored.batch
WHERE NOT EXISTS (
    SELECT
    FROM {retracted} AS hiding
    WHERE ({hiding_keys}) = ({stored_keys})
      AND hiding.batch > stored.batch
      AND hiding.from_event_time <= stored.event_time
  )
ORDER BY
  {stored_keys},
  b.layout,
  stored.event_time DESC,
  stored.batch DESC
