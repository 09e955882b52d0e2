#!/bin/sh
# Makes the Python environment in which validate.py runs; the folder is the first argument, or
# $WEIGHBRIDGE_VENV, or target/venv.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${1:-${WEIGHBRIDGE_VENV:-$here/../../target/venv}}
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
