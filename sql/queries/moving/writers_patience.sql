-- How long this transaction waits for those who write.
SELECT set_config('lock_timeout', %(patience)s, true)
