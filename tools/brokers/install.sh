#!/bin/bash
# Unpacks this system's own packages of nats-server and redis-server into a cache folder that fresh
# clones share: needs no root, starts no service, changes nothing of the host.
#   install.sh          installs what is missing; may be interrupted and run again
#   install.sh --where  prints the folder; bin/nats-server and bin/redis-server in it can be run
# Needs apt-get and dpkg-deb. The cache is $FEATURETRAIL_ENGINES, or as for the engines.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -n "${FEATURETRAIL_ENGINES:-}" ]; then CACHE=$FEATURETRAIL_ENGINES
elif [ "$(id -u)" = 0 ]; then CACHE=/var/cache/featuretrail/engines
else CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/featuretrail/engines
fi
# a changed recipe, or another system, makes a new folder
KEY=$({ cat "$HERE/install.sh"; cat /etc/os-release; } | sha256sum | cut -c1-12)
PREFIX=$CACHE/brokers-$KEY

if [ "${1:-}" = --where ]; then
  [ -e "$PREFIX/ready" ] || { echo "the brokers are not installed; run tools/brokers/install.sh" >&2; exit 1; }
  echo "$PREFIX"
  exit 0
fi

umask 022
mkdir -p "$CACHE"
exec 8>"$CACHE/brokers.lock"
flock 8
[ ! -e "$PREFIX/ready" ] || exit 0
echo "installing nats-server and redis-server into $PREFIX" >&2
rm -rf "$PREFIX"
APT=$PREFIX/.apt
mkdir -p "$APT"/{state/lists/partial,cache/archives/partial} "$PREFIX/bin"
: > "$APT/status"
cat > "$APT/apt.conf" <<C
Dir::State "$APT/state";
Dir::State::status "$APT/status";
Dir::Cache "$APT/cache";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "true";
C
export APT_CONFIG=$APT/apt.conf
apt-get -qq update >&2
# what an empty system would get, less the C library and what only their services need
mapfile -t NAMES < <(apt-get install -s nats-server redis-server |
  awk '$1 == "Inst" {print $2}' |
  grep -E '^(nats-server|redis-server|redis-tools|lib.*)$' |
  grep -vE '^(libc6|libc-|libpam|libdb5|libgdbm|libperl|libsem|libaudit|libcrypt1|libselinux)')
(cd "$APT/cache/archives" && apt-get -qq download "${NAMES[@]}" >&2)
for package in "$APT"/cache/archives/*.deb; do dpkg-deb -x "$package" "$PREFIX"; done
LIBRARIES=$(find "$PREFIX/usr/lib" "$PREFIX/lib" -name '*.so.*' -printf '%h\n' 2> /dev/null | sort -u | paste -sd:)
for name in nats-server redis-server redis-cli; do
  program=$(find "$PREFIX/usr" -type f,l -name "$name" | head -1)
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$LIBRARIES" "$program" > "$PREFIX/bin/$name"
  chmod +x "$PREFIX/bin/$name"
done
"$PREFIX/bin/nats-server" --version >&2
"$PREFIX/bin/redis-server" --version >&2
rm -rf "$APT" "$PREFIX"/usr/share
touch "$PREFIX/ready"
