#!/bin/bash
# Builds sdist and wheel, the wheel from the sdist, into build/dist; installs the wheel into an
# environment of its own, which takes the dependencies from .venv, and tests it from another folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
rm -rf build/dist build/wheel
mkdir -p build/dist build/wheel/elsewhere
.venv/bin/python -c 'from setuptools import build_meta; build_meta.build_sdist("build/dist")' > build/wheel/sdist.log 2>&1 ||
  { cat build/wheel/sdist.log >&2; exit 1; }
PIP=(.venv/bin/python -m pip -qq --disable-pip-version-check --no-input)
"${PIP[@]}" wheel --no-deps --no-build-isolation --wheel-dir build/dist build/dist/*.tar.gz
.venv/bin/python -m venv --without-pip build/wheel/venv
SITE=$(build/wheel/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# a path in a .pth file gives the dependencies, and not the editable featuretrail of .venv
.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$SITE/dependencies.pth"
"${PIP[@]}" --python build/wheel/venv/bin/python install --no-deps --no-index build/dist/*.whl
cd build/wheel/elsewhere
"$ROOT/build/wheel/venv/bin/python" -I "$ROOT/tests/house/wheel_smoke.py" "$SITE"
