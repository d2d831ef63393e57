-- Exchanges live tables with those of another generation.
SELECT featuretrail.swap_tables(%(schema)s::name, %(tables)s::text[]);
