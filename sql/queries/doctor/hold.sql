-- Does this session hold the throw-away database of this name now, for as long as it lives?
SELECT
  pg_try_advisory_lock(hashtextextended(%(name)s, 0)) AS held,
  set_config('idle_session_timeout', '0', false) AS kept;
