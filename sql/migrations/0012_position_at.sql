-- The last position recorded at or before a moment: a binary search, since recorded_at never goes
-- back along positions, so that the log needs no index on time.
CREATE FUNCTION featuretrail.position_at(moment timestamptz)
RETURNS bigint
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
AS $function$
DECLARE
  low bigint := 0;
  high bigint := (SELECT h.position FROM featuretrail.log_head AS h);
  middle bigint;
BEGIN
  WHILE low < high LOOP
    middle := (low + high + 1) / 2;
    IF (SELECT e.recorded_at FROM featuretrail.events AS e WHERE e.position = middle) <= moment THEN
      low := middle;
    ELSE
      high := middle - 1;
    END IF;
  END LOOP;
  RETURN low;
END
$function$;

COMMENT ON FUNCTION featuretrail.position_at IS 'The last position recorded at or before a moment, 0 if none';
