-- Gives up soon when readers hold the tables: before the server would look for a deadlock.
SET LOCAL lock_timeout = '500ms';
