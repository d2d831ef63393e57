"""SQL of featuretrail: migrations (one object a file) and named queries."""
