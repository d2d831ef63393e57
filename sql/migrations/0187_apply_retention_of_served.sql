-- Records in the log that what is due is removed; whoever builds tables from the log removes it. Of the
-- served log, which nobody builds, the rows are removed here: before the first event, as from then on the
-- log waits, and after its own what was written meanwhile; so all rows that an earlier event certifies and
-- that are from before the horizon are gone. Several calls at once follow one another, and a later one
-- finds nothing due.
CREATE OR REPLACE FUNCTION featuretrail.apply_retention(actor text, reason text)
RETURNS TABLE (table_name text, horizon timestamptz, rows bigint, event_position bigint)
LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
DECLARE
  due record;
  state text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('featuretrail.retention', 0));
  FOR due IN
    SELECT d.table_name, d.stream, d.horizon, d.rows
    FROM featuretrail.due_retention() AS d
    ORDER BY
      d.table_name <> 'served',
      d.table_name
  LOOP
    state := format(
      '{"class_version":1,"metadata":{"actor":%s,"reason":%s,"correlation_id":null,'
      '"causation_id":null},"table":%s,"horizon":"%s"}',
      coalesce(to_json(actor)::text, 'null'),
      coalesce(to_json(reason)::text, 'null'),
      to_json(due.table_name),
      to_char(due.horizon AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    );
    table_name := due.table_name;
    horizon := due.horizon;
    rows := due.rows;
    IF table_name = 'served' THEN
      PERFORM featuretrail.remove_served(horizon);
    END IF;
    event_position := (
      SELECT a.last_position
      FROM featuretrail.append_event(
        due.stream,
        (
          SELECT coalesce(max(e.originator_version), 0) + 1
          FROM featuretrail.events AS e
          WHERE e.originator_id = due.stream
        ),
        'featuretrail.retention.applied',
        convert_to(state, 'UTF8')
      ) AS a
    );
    IF table_name = 'served' THEN
      PERFORM featuretrail.remove_served(horizon);
    END IF;
    RETURN NEXT;
  END LOOP;
END
$function$;

COMMENT ON FUNCTION featuretrail.apply_retention IS 'Records in the log that what is due is removed; tables built from the log then lack it, and the served log at once';
