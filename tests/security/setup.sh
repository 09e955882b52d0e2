#!/usr/bin/env bash
# Installs the tools that attack: Debian's packages, and Python's and Node's in target/security.
set -euo pipefail
work=$1
here=$(cd "$(dirname "$0")" && pwd)

missing=()
for package in sslscan slowhttptest openssl curl; do
  command -v "$package" >/dev/null || missing+=("$package")
done
command -v ss >/dev/null || missing+=(iproute2)
command -v chromium >/dev/null || missing+=(chromium)
if ((${#missing[@]})); then
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo "tests/security.sh: please install ${missing[*]} (Debian's names), or run me as root" >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

# Their needs contradict each other, so that each has an environment of its own.
while read -r package; do
  name=${package%%==*}
  [[ -e $work/$name/$package ]] && continue
  rm -rf "${work:?}/$name"
  python3 -m venv "$work/$name"
  "$work/$name/bin/pip" install --quiet --disable-pip-version-check "$package"
  touch "$work/$name/$package"
done < <(grep -v '^#' "$here/requirements.txt")

cmp -s "$here/package-lock.json" "$work/package-lock.json" || {
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$work/"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
    { rm -f "$work/package-lock.json"; exit 1; }
  # It would fetch the browsers' list of hosts from outside; no host of ours is on it.
  echo '{}' >"$work/node_modules/@mdn/mdn-http-observatory/conf/hsts-preload.json"
}
