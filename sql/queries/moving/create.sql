-- Makes an empty table like one of values, with its keys, indexes and comments.
CREATE TABLE {target} (LIKE {source} INCLUDING ALL)
