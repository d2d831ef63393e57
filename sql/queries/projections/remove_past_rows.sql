-- Removes the rows of a table that were past before the horizon.
SELECT featuretrail.remove_past_rows(
  format('%%I.%%I', %(schema)s::text, %(table)s::text)::regclass,
  %(time)s::name,
  %(past_since)s::name,
  %(horizon)s::timestamptz
);
