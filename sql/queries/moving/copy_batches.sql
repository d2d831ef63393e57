-- Copies the rows of batches that were written since the move began.
INSERT INTO {target}
SELECT s.*
FROM {source} AS s
WHERE s.batch > %(through)s
  AND s.batch <= %(last)s
