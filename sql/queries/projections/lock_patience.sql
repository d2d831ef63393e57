-- Gives up soon when others hold what the swap needs, before the server would look for a deadlock; and
-- makes its commit wait for the disk, so that what was reported as swapped stays so.
SELECT
  set_config('lock_timeout', '500ms', true),
  set_config('synchronous_commit', 'on', true);
