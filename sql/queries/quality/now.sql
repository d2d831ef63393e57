-- What time is it on the server?
SELECT clock_timestamp()
