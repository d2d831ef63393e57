-- Waits longer than the second after which the server ends an automatic VACUUM that is in the way.
SET LOCAL lock_timeout = '3s';
