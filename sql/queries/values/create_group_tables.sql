-- Makes the tables of a new feature group.
SELECT featuretrail.create_group_tables(
  %(group)s, %(keys)s::text[], %(key_types)s::text[], %(known_time)s, %(chunk)s::interval
)
