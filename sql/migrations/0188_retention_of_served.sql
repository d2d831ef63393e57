-- The served log is kept as long as measurements are. It is no table of the read side, but grows like one.
INSERT INTO featuretrail.retention_tables (table_name, stream, time_column, past_since, keep)
VALUES ('served', '4d1c7d98-182e-5ee9-93b9-f5a2395d421d', 'served_at', 'served_at', '90 days');

COMMENT ON TABLE featuretrail.retention_tables IS 'The tables of the read side that have past rows, and the served log; how long these are kept is set by events of their streams';
