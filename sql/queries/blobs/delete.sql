-- Which blob is to go? (Deletes its chunks.)
DELETE FROM featuretrail.blobs AS blobs
WHERE blobs.digest = %(digest)s
