-- How many bytes does a blob take?
SELECT coalesce(sum(octet_length(blobs.content)), 0)
FROM featuretrail.blobs AS blobs
WHERE blobs.digest = %(digest)s
