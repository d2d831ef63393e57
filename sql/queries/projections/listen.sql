-- Makes this connection hear whenever a generation moves on.
LISTEN featuretrail_projections;
