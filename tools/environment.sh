#!/bin/bash
# Makes or brings up to date the virtual environment .venv of this clone.
#   environment.sh run    featuretrail (editable) with the embedded server and the demo's data
#   environment.sh docs   the same, and what builds the handbook
#   environment.sh test   the same, and what the tests and checks need
# A stamp of pyproject.toml's content makes it skip what is there; it may be interrupted and run again.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$HERE/.."
unset PYTHONPATH PYTHONHOME
PARTS=(--group demo)
[ "$1" = run ] || PARTS+=(--group "$1")

find_python() { # a Python 3.11 or later
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" > /dev/null &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
      echo "$name"
      return
    fi
  done
  return 1
}

make_environment() {
  local python version
  if ! python=$(find_python); then
    "$HERE/system_packages.sh" "featuretrail" python3 python3-venv
    python=$(find_python) || { echo "featuretrail needs Python 3.11 or later" >&2; exit 1; }
  fi
  if ! "$python" -c 'import ensurepip, venv' 2> /dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$HERE/system_packages.sh" "Python's venv" "python$version-venv"
  fi
  rm -rf .venv/stamp-*
  "$python" -m venv --clear .venv
}

mkdir -p build
exec 9> build/environment.lock
flock 9
WANTED="$PWD $(sha256sum < pyproject.toml)"
[ "$(cat ".venv/stamp-$1" 2> /dev/null)" != "$WANTED" ] || exit 0
echo "preparing .venv ($1)" >&2
# one that was moved, or whose Python is gone, is made anew
if [ "$(cat .venv/place 2> /dev/null)" != "$PWD" ] || ! .venv/bin/python -c 'import pip' 2> /dev/null; then
  make_environment
  echo "$PWD" > .venv/place
fi
PIP=(.venv/bin/python -m pip -qq --disable-pip-version-check --no-input)
"${PIP[@]}" install --upgrade 'pip>=25.1' # the first that knows --group
"${PIP[@]}" install --no-compile --editable '.[embedded]' "${PARTS[@]}"
echo "$WANTED" > ".venv/stamp-$1"
