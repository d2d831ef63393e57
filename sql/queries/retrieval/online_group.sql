-- What are the newest rows of these entities in one group, a row for each layout, as arrays?
(
  SELECT
    array_agg(s.ordinal) AS ordinals,
    array_agg(o.layout) AS layouts,
    array_agg(o.event_time) AS event_times,
    array_agg(o.batch) AS batches{values}
  FROM {entities} AS s
  JOIN {table} AS o
    ON {same_entity}
) AS {alias}
