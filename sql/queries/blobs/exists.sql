-- Is there a blob of this digest?
SELECT EXISTS (
  SELECT
  FROM featuretrail.blobs AS blobs
  WHERE blobs.digest = %(digest)s
)
