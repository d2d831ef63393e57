-- The auditor: reads everything, also the tables of groups to come, and changes nothing.
GRANT USAGE ON SCHEMA featuretrail_values, featuretrail_online, featuretrail_retracted TO {auditor};
GRANT SELECT ON ALL TABLES IN SCHEMA
  featuretrail, featuretrail_values, featuretrail_online, featuretrail_retracted
TO {auditor};
GRANT EXECUTE ON FUNCTION
  featuretrail.event_bytes,
  featuretrail.position_at,
  featuretrail.read_side_dimensions
TO {auditor};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner}
  IN SCHEMA featuretrail_values, featuretrail_online, featuretrail_retracted
  GRANT SELECT ON TABLES TO {auditor}
