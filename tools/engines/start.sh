#!/bin/bash
# Starts a TimescaleDB server (Apache edition) on 127.0.0.1 for work by hand and for benchmarks.
#   start.sh DATA PORT [NAME=VALUE ...]   makes DATA on first use; prints the conninfo
#   start.sh --stop DATA
# As root the server runs as postgres or nobody, which must be able to pass the folders above DATA.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BIN=$("$HERE/install.sh" --where apache)
AS=()
if [ "$(id -u)" = 0 ]; then
  ACCOUNT=$(getent passwd postgres > /dev/null && echo postgres || echo nobody)
  AS=(setpriv --reuid="$ACCOUNT" --regid="$(id -g "$ACCOUNT")" --clear-groups --)
fi
if [ "$1" = --stop ]; then exec "${AS[@]}" "$BIN/pg_ctl" -D "$2" -m fast -w stop; fi

DATA=$1 PORT=$2
shift 2
mkdir -p "$DATA"
DATA=$(cd "$DATA" && pwd)
[ "$(id -u)" != 0 ] || chown "$ACCOUNT" "$DATA"
cd "$DATA"
exec 9< "$DATA" # of two starters the second finds it running
flock 9
if [ ! -e "$DATA/PG_VERSION" ]; then
  "${AS[@]}" "$BIN/initdb" -D "$DATA" -U postgres -A trust --locale=C.UTF-8 --encoding=UTF8 --no-sync 9<&- > /dev/null
  "${AS[@]}" tee -a "$DATA/postgresql.conf" > /dev/null <<C
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
max_worker_processes = 24
timescaledb.max_background_workers = 8
C
fi
# a killed postmaster that PID 1 has not reaped (containers) is a zombie: pg_ctl takes it for alive
PID=$(head -1 "$DATA/postmaster.pid" 2> /dev/null || true)
if [ -n "$PID" ] && [ "$(sed 's/.*) //;s/ .*//' "/proc/$PID/stat" 2> /dev/null)" = Z ]; then
  rm -f "$DATA/postmaster.pid"
fi
if ! "${AS[@]}" "$BIN/pg_ctl" -D "$DATA" status > /dev/null 2>&1; then
  OPTIONS="-p $PORT"
  for option in "$@"; do OPTIONS+=" -c $option"; done
  "${AS[@]}" "$BIN/pg_ctl" -D "$DATA" -l "$DATA/log" -o "$OPTIONS" -w -t 60 start 9<&- > /dev/null ||
    { tail -20 "$DATA/log" >&2; exit 1; }
fi
echo "host=127.0.0.1 port=$PORT user=postgres dbname=postgres"
