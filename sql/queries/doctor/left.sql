-- Which throw-away databases are there that were made from this database, or from one that is gone?
SELECT d.datname
FROM pg_catalog.pg_database AS d
WHERE d.datname ~ '^featuretrail_doctor_[0-9]+_[0-9a-f]{12}$'
  AND (
    split_part(d.datname, '_', 3) = %(oid)s::text
    OR NOT EXISTS (
      SELECT FROM pg_catalog.pg_database AS o
      WHERE o.oid::text = split_part(d.datname, '_', 3)
    )
  )
ORDER BY d.datname;
