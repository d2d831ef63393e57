-- Puts the copy in the place of the table, waiting half a second at most for those who read.
SELECT featuretrail.replace_table(%(source)s::regclass, %(target)s::regclass, %(patience)s::interval)
