-- Commits of this connection do not wait for the disk: a crash sets a generation back to an earlier
-- position together with its rows, and the log gives the rest again.
SET synchronous_commit = off;
