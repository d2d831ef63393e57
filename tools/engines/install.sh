#!/bin/bash
# Installs both TimescaleDB engines into a cache folder that fresh clones share.
#   install.sh                    installs what is missing; may be interrupted and run again
#   install.sh --where apache     prints the folder of PostgreSQL's programs
#   install.sh --where community  prints the script that node runs as the server
# The cache is $FEATURETRAIL_ENGINES, or a folder that the server's unprivileged account can pass.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -n "${FEATURETRAIL_ENGINES:-}" ]; then CACHE=$FEATURETRAIL_ENGINES
elif [ "$(id -u)" = 0 ]; then CACHE=/var/cache/featuretrail/engines
else CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/featuretrail/engines
fi

key() { cat "$@" | sha256sum | cut -c1-12; }
# a changed recipe makes a new folder, so that an old clone's engines stay as they are
APACHE=$CACHE/apache-$(key "$HERE/apache.sh")
COMMUNITY=$CACHE/community-$(key "$HERE"/community/{server.mjs,package.json,package-lock.json})

if [ "${1:-}" = --where ]; then
  case ${2:-} in
    apache) READY=$APACHE/ready FOUND=$APACHE/usr/lib/postgresql/17/bin ;;
    community) READY=$COMMUNITY/ready FOUND=$COMMUNITY/server.mjs ;;
    *) echo "usage: install.sh --where apache|community" >&2; exit 2 ;;
  esac
  [ -e "$READY" ] || { echo "the engine '$2' is not installed; run tools/engines/install.sh" >&2; exit 1; }
  echo "$FOUND"
  exit 0
fi

umask 022
mkdir -p "$CACHE"
exec 8>"$CACHE/install.lock"
flock 8
command -v openssl > /dev/null || "$HERE/../system_packages.sh" "the tests of TLS" openssl >&2
if [ ! -e "$APACHE/ready" ]; then
  echo "installing PostgreSQL 17 with TimescaleDB's Apache edition into $APACHE" >&2
  "$HERE/apache.sh" "$APACHE" >&2
fi
if [ ! -e "$COMMUNITY/ready" ]; then
  echo "installing TimescaleDB's Community edition (WASM) into $COMMUNITY" >&2
  mkdir -p "$COMMUNITY"
  cp "$HERE"/community/{server.mjs,package.json,package-lock.json} "$COMMUNITY"
  (cd "$COMMUNITY" && npm ci --no-audit --no-fund --loglevel=error >&2)
  touch "$COMMUNITY/ready"
fi
