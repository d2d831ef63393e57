-- Makes the server notice within ten seconds that the host of this session is gone.
SELECT
  set_config('tcp_keepalives_idle', '4', false),
  set_config('tcp_keepalives_interval', '2', false),
  set_config('tcp_keepalives_count', '3', false);
