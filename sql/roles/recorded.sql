-- Which group roles hold the rights to this database?
SELECT
  r.role,
  r.name
FROM featuretrail.roles AS r
