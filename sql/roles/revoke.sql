-- Takes all rights to what featuretrail has from the other roles, and from everybody what only some
-- need, so that the grants which follow are all there are.
REVOKE ALL ON ALL TABLES IN SCHEMA featuretrail, featuretrail_values, featuretrail_online, featuretrail_retracted
  FROM {writer}, {projector}, {reader}, {auditor};
REVOKE ALL ON ALL ROUTINES IN SCHEMA featuretrail FROM PUBLIC, {writer}, {projector}, {reader}, {auditor};
REVOKE ALL ON SCHEMA featuretrail, featuretrail_values, featuretrail_online, featuretrail_retracted
  FROM {writer}, {projector}, {reader}, {auditor}
