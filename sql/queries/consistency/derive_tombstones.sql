-- Makes the rows again that stand for the retractions of given entities: the one that begins last.
INSERT INTO {online} ({keys}, layout, event_time, batch)
SELECT DISTINCT ON ({hiding_keys})
  {hiding_keys},
  0,
  hiding.from_event_time,
  hiding.batch
FROM {retracted} AS hiding
JOIN unnest({arrays}) AS given ({keys}) ON ({hiding_keys}) = ({given_keys})
ORDER BY
  {hiding_keys},
  hiding.from_event_time DESC,
  hiding.batch DESC
