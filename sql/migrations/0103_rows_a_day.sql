-- How many rows a day of event time do a group's last hundred batches bring, together with one that
-- is about to be written? NULL without rows.
CREATE FUNCTION featuretrail.rows_a_day(
  feature_group text,
  new_rows bigint DEFAULT 0,
  new_first timestamptz DEFAULT NULL,
  new_last timestamptz DEFAULT NULL
)
RETURNS double precision
LANGUAGE sql
STABLE
AS $function$
  SELECT
    sum(arrived.rows) * 86400.0
      -- a minute: the rows of one moment have no rate
      / greatest(extract(epoch FROM max(arrived.last) - min(arrived.first)), 60)
  FROM (
    (
      SELECT b.rows, b.first_event_time, b.last_event_time
      FROM featuretrail.batches AS b
      WHERE b.group_name = feature_group AND b.kind = 'values' AND b.rows > 0
      ORDER BY b.batch DESC
      LIMIT 100
    )
    UNION ALL
    SELECT new_rows, new_first, new_last
    WHERE new_rows > 0
  ) AS arrived (rows, first, last)
$function$;

COMMENT ON FUNCTION featuretrail.rows_a_day IS 'Rows a day of event time that a group''s last hundred batches, and one to be written, bring';
