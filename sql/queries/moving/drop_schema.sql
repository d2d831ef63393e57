-- Drops the place of tables that are being filled; nothing is in it any more.
DROP SCHEMA IF EXISTS featuretrail_moving
