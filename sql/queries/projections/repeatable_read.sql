-- Gives this transaction one sight of all tables.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
