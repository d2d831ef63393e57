-- Fits how a group's next chunks are compressed to its rows, those of a batch that is about to be
-- recorded among them: segments by the keys where an entity has rows enough in a chunk, and none
-- otherwise. docs/decisions/0012 has the figures behind it. Leaves it alone when the caller does not own
-- the table.
DROP FUNCTION featuretrail.fit_compression(text);

CREATE FUNCTION featuretrail.fit_compression(
  feature_group text,
  new_rows bigint DEFAULT 0,
  new_first timestamptz DEFAULT NULL,
  new_last timestamptz DEFAULT NULL
)
RETURNS boolean
LANGUAGE plpgsql
AS $function$
DECLARE
  segment_rows CONSTANT double precision := 250;
  most_entities CONSTANT bigint := 4000;  -- of which 250 rows are as many as a chunk is to hold
  target CONSTANT regclass := format('featuretrail_values.%I', feature_group);
  keys name[] := ARRAY(
    SELECT a.attname
    FROM pg_catalog.pg_index AS i
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE i.indrelid = target AND i.indisunique AND a.attname NOT IN ('event_time', 'batch')
    ORDER BY k.place
  );
  present interval;
  entities bigint;
BEGIN
  IF NOT featuretrail.compresses() OR NOT featuretrail.owns(target) THEN
    RETURN false;
  END IF;
  SELECT d.time_interval
  INTO present
  FROM timescaledb_information.dimensions AS d
  WHERE d.hypertable_schema = 'featuretrail_values' AND d.hypertable_name = feature_group;
  IF present IS NULL THEN
    RETURN false;
  END IF;
  EXECUTE format(
    'SELECT count(*) FROM (SELECT FROM featuretrail_online.%I LIMIT %s) AS o',
    feature_group, most_entities + 1
  )
  INTO entities;
  IF entities > most_entities OR entities * segment_rows
    > featuretrail.rows_a_day(feature_group, new_rows, new_first, new_last)
      * extract(epoch FROM present) / 86400 THEN
    keys := '{}';
  END IF;
  RETURN featuretrail.compress_hypertable(target, keys, 'event_time DESC,batch DESC');
END
$function$;

COMMENT ON FUNCTION featuretrail.fit_compression IS 'Fits how a group''s next chunks are compressed to its rows; tells whether they are';
