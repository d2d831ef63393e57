#!/bin/bash
# Installs packages of Debian or Ubuntu, as root or through sudo without a password.
#   system_packages.sh WHAT PACKAGE ...     WHAT says in an error what they are needed for
set -euo pipefail
WHAT=$1
shift
AS=()
if [ "$(id -u)" != 0 ]; then AS=(sudo -n); fi
if ! command -v apt-get > /dev/null || ! "${AS[@]}" true 2> /dev/null; then
  echo "$WHAT needs these packages, which this user cannot install: $*" >&2
  echo "as root: apt-get update && apt-get install $*" >&2
  exit 1
fi
echo "installing $* for $WHAT" >&2
export DEBIAN_FRONTEND=noninteractive
"${AS[@]}" apt-get -qq update
"${AS[@]}" apt-get -qq install --no-install-recommends -y "$@" > /dev/null
