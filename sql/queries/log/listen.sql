-- Makes this connection hear of every append.
LISTEN featuretrail_log;
