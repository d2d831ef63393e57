-- Removes what the retention of a group has due and records it in the log, in one transaction: whole
-- chunks where TimescaleDB is present and nothing in them stays, row by row otherwise. Returns no row
-- when nothing is due; with preview it only counts.
CREATE FUNCTION featuretrail.remove_values(
  group_name text,
  actor text,
  reason text,
  preview boolean
)
RETURNS TABLE (horizon timestamptz, rows bigint, event_position bigint)
LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
DECLARE
  target CONSTANT text := format('featuretrail_values.%I', remove_values.group_name);
  functions CONSTANT name := (
    SELECT n.nspname
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'timescaledb'
  );
  patience CONSTANT text := current_setting('lock_timeout');
  stream CONSTANT uuid := encode(
    substring(sha256(convert_to('removals:' || remove_values.group_name, 'UTF8')) FROM 1 FOR 16), 'hex'
  )::uuid;
  known_time text;
  condition text;
  removed jsonb := '[]';
  counted jsonb;
  batches text;
  first_moment timestamptz;
  last_moment timestamptz;
  kept boolean;
  known_position bigint;
  known_at timestamptz;
  state text;
BEGIN
  IF NOT preview THEN  -- as whoever ingests into the group or retracts from it
    PERFORM pg_advisory_xact_lock(
      hashtextextended('featuretrail.values:' || remove_values.group_name, 0)
    );
  END IF;
  SELECT r.horizon, r.known_time, r.condition
  INTO horizon, known_time, condition
  FROM featuretrail.removable_values(remove_values.group_name) AS r;
  IF horizon IS NULL THEN
    RETURN;
  END IF;
  IF preview THEN
    EXECUTE format('SELECT count(*) FROM %s AS v WHERE %s', target, condition)
    INTO rows
    USING horizon;
    IF rows > 0 THEN
      RETURN NEXT;
    END IF;
    RETURN;
  END IF;

  SELECT max(b.position), max(b.recorded_at) FILTER (WHERE known_time IS NULL OR b.kind = 'retraction')
  INTO known_position, known_at
  FROM featuretrail.batches AS b
  WHERE b.group_name = remove_values.group_name
    AND b.first_event_time < horizon;
  IF known_time IS NOT NULL THEN
    EXECUTE format(
      'SELECT greatest($2, max(v.%I), (SELECT max(r.known_at)'
      ' FROM featuretrail.value_removals AS r WHERE r.group_name = $3))'
      ' FROM %s AS v WHERE v.event_time < $1',
      known_time, target
    )
    INTO known_at
    USING horizon, known_at, remove_values.group_name;
  END IF;

  IF functions IS NOT NULL THEN
    PERFORM set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
    FOR first_moment, last_moment IN EXECUTE
      'SELECT c.range_start, c.range_end FROM timescaledb_information.chunks AS c'
      ' WHERE c.hypertable_schema = ''featuretrail_values'' AND c.hypertable_name = $1'
      ' AND c.range_end <= $2 ORDER BY c.range_start'
      USING remove_values.group_name, horizon
    LOOP
      EXECUTE format(
        'SELECT EXISTS (SELECT FROM %1$s AS v'
        ' WHERE v.event_time >= $2 AND v.event_time < $3 AND NOT (%2$s))',
        target, condition
      )
      INTO kept
      USING horizon, first_moment, last_moment;
      CONTINUE WHEN kept;
      BEGIN
        PERFORM set_config('lock_timeout', '100ms', true);
        EXECUTE format(
          'SELECT coalesce(jsonb_agg(c), ''[]'') FROM ('
          'SELECT v.batch, count(*) AS rows FROM %s AS v'
          ' WHERE v.event_time >= $1 AND v.event_time < $2 GROUP BY v.batch) AS c',
          target
        )
        INTO counted
        USING first_moment, last_moment;
        EXECUTE format(
          'SELECT FROM %I.drop_chunks($1, older_than => $2, newer_than => $3)', functions
        )
        USING target::regclass, last_moment, first_moment;
        removed := removed || counted;
      EXCEPTION
        WHEN lock_not_available OR deadlock_detected OR insufficient_privilege THEN
          NULL;  -- its rows are deleted below
      END;
      PERFORM set_config('lock_timeout', patience, true);
    END LOOP;
  END IF;
  EXECUTE format(
    'WITH gone AS (DELETE FROM %s AS v WHERE %s RETURNING v.batch)'
    ' SELECT coalesce(jsonb_agg(c), ''[]'') FROM (SELECT g.batch, count(*) AS rows FROM gone AS g GROUP BY g.batch) AS c',
    target, condition
  )
  INTO counted
  USING horizon;
  removed := removed || counted;
  SELECT
    sum(c.rows),
    string_agg(format('[%s,%s]', c.batch, c.rows), ',' ORDER BY c.batch)
  INTO rows, batches
  FROM (
    SELECT g.batch, sum(g.rows) AS rows
    FROM jsonb_to_recordset(removed) AS g (batch bigint, rows bigint)
    GROUP BY g.batch
  ) AS c;
  IF rows IS NULL THEN
    RETURN;
  END IF;

  state := format(
    '{"class_version":1,"metadata":{"actor":%s,"reason":%s,"correlation_id":null,"causation_id":null},'
    '"group":%s,"horizon":"%s","rows":%s,"batches":[%s],"known_position":%s,"known_at":"%s"}',
    coalesce(to_json(actor)::text, 'null'),
    coalesce(to_json(reason)::text, 'null'),
    to_json(remove_values.group_name),
    to_char(horizon AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    rows,
    batches,
    known_position,
    to_char(known_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
  );
  event_position := (
    SELECT a.last_position
    FROM featuretrail.append_event(
      stream,
      (
        SELECT coalesce(max(e.originator_version), 0) + 1
        FROM featuretrail.events AS e
        WHERE e.originator_id = stream
      ),
      'featuretrail.values.removed',
      convert_to(state, 'UTF8')
    ) AS a
  );
  INSERT INTO featuretrail.value_removals
    (group_name, position, horizon, rows, known_position, known_at)
  VALUES (
    remove_values.group_name, event_position, horizon, rows, known_position, known_at
  );
  RETURN NEXT;
END
$function$;

COMMENT ON FUNCTION featuretrail.remove_values IS 'Removes what the retention of a group has due and records it in the log';
