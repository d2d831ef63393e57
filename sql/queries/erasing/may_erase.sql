-- May this role delete values of the group? (Deletes none; is refused where it may not.)
DELETE FROM {table} WHERE false
