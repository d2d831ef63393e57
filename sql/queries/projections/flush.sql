-- With lock_patience: brings to the disk all that this session wrote, so that the swap's commit, which
-- others wait for, has little to bring there itself.
UPDATE featuretrail.generations AS g
SET advanced_at = clock_timestamp()
WHERE g.generation = %(generation)s;
