#!/bin/sh
# Runs the vendors' own clients against a sandbox:
#   tests/clients/run.sh target/release/weighbridge    starts `weighbridge sandbox` for it
#   tests/clients/run.sh http://127.0.0.1:9400         uses one that runs
# and, with the binary, Zapier's platform and DuckDB against appliances of their own.
# Needs Python 3 with venv, Node with npm, and the packages' registries on the first run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${CLIENTS_DIR:-"$here/../../target/clients"}
subject=${1:?give the weighbridge binary or the address of a sandbox}
for tool in python3 node npm; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: the clients cannot be run" >&2; exit 1; }
done

mkdir -p "$work"
cmp -s "$here/requirements.txt" "$work/requirements.txt" || {
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$work/requirements.txt"
}
cmp -s "$here/package-lock.json" "$work/package-lock.json" || {
    cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$work/"
    (cd "$work" && npm ci --silent) || { rm -f "$work/package-lock.json"; exit 1; }
}

case $subject in
http://*) url=$subject ;;
*)
    ports=$(mktemp)
    "$subject" sandbox --listen 127.0.0.1:0 --port-file "$ports" &
    server=$!
    trap 'kill "$server"; rm -f "$ports"' EXIT
    for _ in $(seq 100); do [ -s "$ports" ] && break; sleep 0.1; done
    [ -s "$ports" ] || { echo "the sandbox did not start" >&2; exit 1; }
    url=http://127.0.0.1:$(sed 's/.*://' "$ports")
    ;;
esac

for check in airtable_client notion_check; do
    "$work/venv/bin/python" "$here/$check.py" "$url"
    # Node looks for packages beside the script, so it runs from a copy.
    cp "$here/$check.mjs" "$work/"
    node "$work/$check.mjs" "$url"
done

"$work/venv/bin/python" "$here/meta_check.py" "$url"
"$work/venv/bin/python" "$here/google_check.py" "$url"
cp "$here/google_check.mjs" "$work/"
node "$work/google_check.mjs" "$url"

case $subject in
http://*) echo "Zapier's platform and DuckDB need the binary: they call an appliance, not a sandbox" >&2 ;;
*)
    cp "$here/zapier_app.cjs" "$here/zapier_check.mjs" "$here/reports_check.mjs" "$work/"
    binary=$(cd "$(dirname "$subject")" && pwd)/$(basename "$subject")
    for check in zapier_check reports_check; do
        node "$work/$check.mjs" "$binary" "$here/../browser/appliance.mjs"
    done
    ;;
esac
