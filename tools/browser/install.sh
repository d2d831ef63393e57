#!/bin/bash
# Installs what the tests of the documentation site look at it with: Chromium, from the system's
# packages, and axe-core, which finds faults of accessibility, from npm.
#   install.sh                   installs what is missing; may be interrupted and run again
#   install.sh --where chromium  prints the browser's program
#   install.sh --where axe       prints the script that pages are checked with
# axe-core goes into the cache folder of the engines, which fresh clones share.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -n "${FEATURETRAIL_ENGINES:-}" ]; then CACHE=$FEATURETRAIL_ENGINES
elif [ "$(id -u)" = 0 ]; then CACHE=/var/cache/featuretrail/engines
else CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/featuretrail/engines
fi
AXE=$CACHE/axe-$(cat "$HERE"/package.json "$HERE"/package-lock.json | sha256sum | cut -c1-12)

browser() { # the program of a browser that is there
  command -v chromium || command -v chromium-browser || command -v google-chrome
}

if [ "${1:-}" = --where ]; then
  case ${2:-} in
    chromium) browser || { echo "Chromium is not installed; run tools/browser/install.sh" >&2; exit 1; } ;;
    axe)
      [ -e "$AXE/ready" ] || { echo "axe-core is not installed; run tools/browser/install.sh" >&2; exit 1; }
      echo "$AXE/node_modules/axe-core/axe.min.js"
      ;;
    *) echo "usage: install.sh --where chromium|axe" >&2; exit 2 ;;
  esac
  exit 0
fi

umask 022
mkdir -p "$CACHE"
exec 8>"$CACHE/browser.lock"
flock 8
browser > /dev/null || "$HERE/../system_packages.sh" "the tests of the documentation site" chromium >&2
if [ ! -e "$AXE/ready" ]; then
  echo "installing axe-core into $AXE" >&2
  mkdir -p "$AXE"
  cp "$HERE"/{package.json,package-lock.json} "$AXE"
  (cd "$AXE" && npm ci --no-audit --no-fund --loglevel=error >&2)
  touch "$AXE/ready"
fi
