-- Copies the rows of some blocks, of the batches that were there when the move began.
INSERT INTO {target}
SELECT s.*
FROM {source} AS s
WHERE s.ctid >= %(first)s::tid
  AND s.ctid < %(past)s::tid
  AND s.batch <= %(through)s
