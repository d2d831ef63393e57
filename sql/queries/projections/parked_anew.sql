-- Makes the projector of a generation read anew which streams are parked.
UPDATE featuretrail.generations AS g
SET replays = g.replays + 1
WHERE g.generation = %(generation)s;
