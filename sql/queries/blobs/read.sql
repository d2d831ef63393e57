-- What are the chunks of a blob in order, and how many bytes do they make together?
SELECT
  sum(octet_length(blobs.content)) OVER () AS bytes,
  blobs.content
FROM featuretrail.blobs AS blobs
WHERE blobs.digest = %(digest)s
ORDER BY blobs.chunk
