-- Removes the newest rows of given entities, as they stand.
DELETE FROM {table} AS known
USING unnest({arrays}) AS given ({keys})
WHERE ({known_keys}) = ({given_keys})
