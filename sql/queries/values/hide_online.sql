-- Removes what a retraction hides from the newest rows of the given entities.
DELETE FROM {table} AS known
USING unnest({arrays}) AS given ({keys})
WHERE ({known_keys}) = ({given_keys})
  AND known.layout <> 0
  AND known.event_time >= %(from_event_time)s
