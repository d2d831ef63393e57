-- What are the chunks of a new blob? (Takes them in binary.)
COPY featuretrail.blobs (
  digest,
  chunk,
  content
) FROM STDIN (FORMAT BINARY)
