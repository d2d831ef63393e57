-- Up to when values of a group may be removed now, and which rows v before that horizon ($1): those that
-- a retraction hides, and those after which, before the horizon, the entity has another row of the same
-- columns that nothing hides. So what holds at the horizon stays, feature by feature. No row where the
-- group keeps its values for ever, or the horizon has not moved.
CREATE FUNCTION featuretrail.removable_values(group_name text)
RETURNS TABLE (horizon timestamptz, known_time text, condition text)
LANGUAGE plpgsql
STABLE
AS $function$
#variable_conflict use_column
DECLARE
  definition CONSTANT jsonb := (
    SELECT e.state -> 'definition'
    FROM featuretrail.events_readable AS e
    WHERE e.topic = 'featuretrail.group.defined'
      AND e.state ->> 'name' = removable_values.group_name
    ORDER BY e.position DESC
    LIMIT 1
  );
  keep CONSTANT interval := make_interval(
    secs => (definition ->> 'retention_microseconds')::numeric / 1000000
  );
  same_entity text;
BEGIN
  IF keep IS NULL THEN
    RETURN;
  END IF;
  horizon := featuretrail.retention_horizon(
    keep, 'featuretrail_values', removable_values.group_name
  );
  IF horizon <= (
    SELECT max(r.horizon)
    FROM featuretrail.value_removals AS r
    WHERE r.group_name = removable_values.group_name
  ) THEN
    RETURN;
  END IF;
  known_time := definition ->> 'known_time';
  same_entity := (
    SELECT string_agg(format('%%1$s.%1$I = %%2$s.%1$I', k.key), ' AND ')
    FROM jsonb_object_keys(definition -> 'keys') AS k (key)
  );
  condition := format(
    $condition$
    v.event_time < $1 AND (
      EXISTS (
        SELECT FROM featuretrail_retracted.%1$I AS r
        WHERE %2$s AND r.from_event_time <= v.event_time AND r.batch > v.batch
      )
      OR EXISTS (
        SELECT FROM featuretrail_values.%1$I AS o
        JOIN featuretrail.batches AS ob ON ob.group_name = %5$L AND ob.batch = o.batch
        JOIN featuretrail.batches AS vb ON vb.group_name = %5$L AND vb.batch = v.batch
        WHERE %3$s AND o.event_time < $1 AND o.event_time >= v.event_time
          AND (o.event_time, o.batch) > (v.event_time, v.batch)
          AND ob.layout = vb.layout
          AND NOT EXISTS (
            SELECT FROM featuretrail_retracted.%1$I AS r
            WHERE %4$s AND r.from_event_time <= o.event_time AND r.batch > o.batch
          )
      )
    )
    $condition$,
    group_name, format(same_entity, 'r', 'v'), format(same_entity, 'o', 'v'),
    format(same_entity, 'r', 'o'), group_name
  );
  RETURN NEXT;
END
$function$;

COMMENT ON FUNCTION featuretrail.removable_values IS 'Up to when values of a group may be removed now, and which rows';
