#!/usr/bin/env bash
# Attacks the release binary with tools that others wrote, and prints which test attacks what.
#
#   tests/security.sh                  all tools, and the tests that the handbook's table names
#   tests/security.sh sslyze guesses   these tools alone, without the table
#
# It builds nothing but what is missing: WEIGHBRIDGE_BIN, or target/release/weighbridge, is what is
# attacked. Reports that test runs have left behind are taken from WEIGHBRIDGE_JUNIT (files, with
# spaces between) instead of running the tests again. What a tool wrongly finds is listed, with the
# reason, in tests/security/allowed.txt; everything else that is found fails the tool.
set -uo pipefail
cd "$(dirname "$0")/.."
here=$PWD/tests/security
work=$PWD/target/security
binary=$(realpath "${WEIGHBRIDGE_BIN:-target/release/weighbridge}")
results=$work/results.tsv
wanted=" $* "
mkdir -p "$work/logs"
: >"$results"

[[ -x $binary ]] || { echo "$binary is missing: cargo build --release" >&2; exit 1; }
bash "$here/setup.sh" "$work" || exit 1

# tool NAME BUDGET COMMAND…: runs it, and keeps what became of it.
tool() {
  local name=$1 budget=$2 log=$work/logs/$1.log began=$SECONDS status result remark=
  shift 2
  [[ $wanted == '  ' || $wanted == *" $name "* ]] || return 0
  timeout --kill-after=10 "$budget" "$@" >"$log" 2>&1 </dev/null
  status=$?
  result=pass
  if ((status)); then
    result=fail remark="exit $status; see ${log#"$PWD/"}"
    ((status == 124)) && remark="over its $budget s"
    tail -n 40 "$log"
  fi
  printf '%s\t%s\t%s\n' "$name" "$result" "$remark" >>"$results"
  printf '%-14s %s, %s s\n' "$name" "$result" $((SECONDS - began))
}

# A scene of its own for what would disturb the others.
open_scene() {
  rm -rf "${work:?}/$1"
  python3 "$here/scene.py" "$binary" "$work/$1" >"$work/logs/$1.log" 2>&1 &
  scenes+=($!)
  for _ in $(seq 600); do [[ -e $work/$1/scene.json ]] && break; sleep 0.1; done
  [[ -e $work/$1/scene.json ]] || { cat "$work/logs/$1.log" "$work/$1/said" >&2; exit 1; }
  port=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["port"])' "$work/$1/scene.json")
  url=https://localhost:$port
}
scenes=()
trap 'for scene in "${scenes[@]}"; do kill "$scene" 2>/dev/null; wait "$scene"; done' EXIT

open_scene scene
export SCENE=$work/scene URL=$url PORT=$port WORK=$work HERE=$here BINARY=$binary

tool api-lint 120 bash -c 'cd openapi && npm run --silent lint'
tool sslyze 60 bash "$here/tools.sh" sslyze
tool sslscan 60 bash "$here/tools.sh" sslscan
tool observatory 60 bash "$here/tools.sh" observatory
tool slow-headers 90 bash "$here/tools.sh" slow -H
tool slow-bodies 90 bash "$here/tools.sh" slow -B
tool slow-readers 120 bash "$here/tools.sh" slow -X
tool wapiti 240 bash "$here/tools.sh" wapiti
tool axe 300 bash "$here/tools.sh" axe
tool pages 300 bash "$here/tools.sh" pages
tool load 300 python3 "$here/load.py" "$SCENE"
tool guesses 120 python3 "$here/guess.py" "$SCENE"
tool schemathesis 420 bash "$here/tools.sh" schemathesis
tool log 30 bash "$here/tools.sh" log
tool book 60 "$binary" audit verify "$SCENE/data/audit"
tool ocsf 120 bash "$here/tools.sh" ocsf

[[ $wanted == '  ' ]] || { ! grep -q $'\tfail\t' "$results"; exit; }

reports=(${WEIGHBRIDGE_JUNIT:-})
if ((${#reports[@]} == 0)); then
  names=$(python3 "$here/table.py" names) || exit 1
  WEIGHBRIDGE_SKIP_UI=1 cargo nextest run --profile long --lib --bin weighbridge --test it \
    -E "test(/(^|::)($names)\$/)"
  reports=(target/nextest/long/junit.xml)
fi
python3 "$here/table.py" print "$results" "${reports[@]}"
