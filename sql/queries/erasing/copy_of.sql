-- Is there a copy of a table of values that was begun when TimescaleDB came, and not put in its place yet?
SELECT to_regclass(%(copy)s) IS NOT NULL
