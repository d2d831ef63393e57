-- Which value of a label, and of what time, is the first at or after the time of each spine row?
WITH cut AS (
  SELECT batches.batch
  FROM featuretrail.batches AS batches
  WHERE batches.group_name = {group}::text
    AND batches.position <= {position}::bigint
    AND {column_name}::text = ANY (batches.columns)
), last_cut AS (
  SELECT coalesce(max(batches.batch), 0) AS batch
  FROM featuretrail.batches AS batches
  WHERE batches.group_name = {group}::text
    AND batches.position <= {position}::bigint
)
SELECT
  array_agg(spine.ordinal),
  array_agg(found.value),
  array_agg(found.event_time)
FROM unnest({arrays}, {times}::timestamptz[])
  WITH ORDINALITY AS spine ({names}, moment, ordinal)
CROSS JOIN last_cut
CROSS JOIN LATERAL (
  SELECT stored.{column} AS value, stored.event_time
  FROM {values} AS stored
  WHERE {same_key}
    AND stored.event_time >= spine.moment
    AND stored.batch IN (SELECT cut.batch FROM cut)
    AND NOT EXISTS (
      SELECT 1
      FROM {retracted} AS retracted
      WHERE {same_retracted}
        AND retracted.from_event_time <= stored.event_time
        AND retracted.batch > stored.batch
        AND retracted.batch <= last_cut.batch
    )
  ORDER BY stored.event_time, stored.batch DESC
  LIMIT 1
) AS found
