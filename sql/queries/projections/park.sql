-- Sets aside events that could not be taken in.
INSERT INTO featuretrail.dead_letters
  (generation, position, originator_id, originator_version, topic, error, attempts, waits_for)
VALUES (
  %(generation)s,
  %(position)s,
  %(originator_id)s,
  %(originator_version)s,
  %(topic)s,
  %(error)s,
  %(attempts)s,
  %(waits_for)s
);
