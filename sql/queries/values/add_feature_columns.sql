-- Adds feature columns to the tables of a group.
SELECT featuretrail.add_feature_columns(%(group)s, %(columns)s::text[], %(dtypes)s::text[])
