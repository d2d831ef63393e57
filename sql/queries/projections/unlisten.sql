-- Makes this connection hear no more of generations.
UNLISTEN featuretrail_projections;
