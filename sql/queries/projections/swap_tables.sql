-- Exchanges live tables with those of another generation, waiting at most so long for who holds them.
SELECT featuretrail.swap_tables(%(schema)s::name, %(tables)s::text[], %(patience)s::interval);
