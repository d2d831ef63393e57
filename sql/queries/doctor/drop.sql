-- Drop a throw-away database with whatever is still connected to it.
DROP DATABASE IF EXISTS {name} WITH (FORCE)
