-- How long may a pull take? As long as its rows need, for this transaction only.
SET LOCAL statement_timeout = 0
