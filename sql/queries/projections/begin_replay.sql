-- Holds the live generation still for a replay of its dead letters, and makes its projector read anew
-- which streams are parked.
UPDATE featuretrail.generations AS g
SET replays = g.replays + 1
WHERE g.state = 'live'
RETURNING g.generation, g.schema_name, g.tables;
