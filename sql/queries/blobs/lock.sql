-- May this transaction be the only one to write the blob? (Waits until it may.)
SELECT pg_advisory_xact_lock(hashtextextended('featuretrail.blobs', 0) # hashtextextended(encode(%(digest)s, 'hex'), 0))
