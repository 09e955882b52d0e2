#!/usr/bin/env bash
# Installs what the tests need and the machine lacks: Chromium, Node's and Python's packages.
#
# Everything comes from the package registries. Debian's packages need root; without it the
# script says which to install.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v curl >/dev/null || missing+=(curl)
command -v python3 >/dev/null || missing+=(python3 python3-venv)
command -v strace >/dev/null || missing+=(strace)
if ((${#missing[@]})); then
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo "tests/setup.sh: please install ${missing[*]} (Debian's names), or run me as root" >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

node -e 'const [a, b] = process.versions.node.split("."); process.exit(+a > 20 || +a === 20 && +b >= 19 ? 0 : 1)' 2>/dev/null || {
  echo "tests/setup.sh: Node 20.19 or newer is needed for the UI and its tests" >&2
  exit 1
}

# The Python environment that checks audit lines; the vendors' clients bring their own.
venv=${WEIGHBRIDGE_VENV:-target/venv}
stamp=$venv/$(sha256sum <tests/ocsf/requirements.txt | cut -c1-16)
if [[ ! -e $stamp ]]; then
  sh tests/ocsf/setup.sh "$venv"
  touch "$stamp"
fi

# A package folder is installed anew when its lock has changed.
for folder in assets tests/browser openapi; do
  [[ -e $folder/package-lock.json ]] || continue
  [[ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]] && continue
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
  touch "$folder/node_modules/.package-lock.json"
done
