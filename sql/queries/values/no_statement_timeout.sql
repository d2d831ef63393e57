-- Lets the statements of this transaction take any time: a table of values is read whole.
SET LOCAL statement_timeout = 0
