-- Makes the tables of a generation, and the views of a copy.
SELECT featuretrail.create_read_side(%(schema)s::name, %(tables)s::text[], %(views)s::text[]);
