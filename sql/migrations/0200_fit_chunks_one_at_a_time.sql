-- Fits the interval of a group's next chunks to the rows that arrive: the longest step in which no
-- more than a million are to be expected. docs/decisions/0012 has the figures behind it.
-- Leaves the interval alone when the caller, who may be one who only writes, does not own the table,
-- and where another transaction is fitting it: TimescaleDB refuses the later of two changes.
CREATE OR REPLACE FUNCTION featuretrail.fit_chunks(
  feature_group text,
  new_rows bigint DEFAULT 0,
  new_first timestamptz DEFAULT NULL,
  new_last timestamptz DEFAULT NULL
)
RETURNS interval
LANGUAGE plpgsql
AS $function$
DECLARE
  target CONSTANT regclass := format('featuretrail_values.%I', feature_group);
  chunk_rows CONSTANT double precision := 1000000;
  steps CONSTANT interval[] := ARRAY[
    '1 hour', '6 hours', '1 day', '7 days', '28 days', '91 days'
  ];
  functions CONSTANT name := (
    SELECT n.nspname
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'timescaledb'
  );
  present interval;
  rate double precision;
  fitting interval;
BEGIN
  IF functions IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT d.time_interval
  INTO present
  FROM timescaledb_information.dimensions AS d
  WHERE d.hypertable_schema = 'featuretrail_values' AND d.hypertable_name = feature_group;
  rate := featuretrail.rows_a_day(feature_group, new_rows, new_first, new_last);
  IF rate IS NULL
    OR NOT present = ANY (steps)  -- any other interval is the operator's choice
    OR NOT featuretrail.owns(target) THEN
    RETURN present;
  END IF;
  SELECT coalesce(
    max(s.step) FILTER (WHERE rate * extract(epoch FROM s.step) / 86400 <= chunk_rows),
    min(s.step)
  )
  INTO fitting
  FROM unnest(steps) AS s (step);
  IF fitting <> present THEN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('featuretrail.fit_chunks:' || feature_group, 0)) THEN
      RETURN present;
    END IF;
    EXECUTE format('SELECT FROM %I.set_chunk_time_interval($1, $2)', functions)
    USING target, fitting;
  END IF;
  RETURN fitting;
END
$function$;
