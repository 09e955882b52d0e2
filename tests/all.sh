#!/usr/bin/env bash
# Runs every check, and ends with a line of counts.
#
#   tests/all.sh          what a change must pass: about a quarter of an hour on two cores
#   tests/all.sh --long   that, and what takes long or needs privileges
#
# Each stage has a budget in seconds; one that goes past it is ended and counts as failed.
set -uo pipefail
cd "$(dirname "$0")/.."

long=false
case "${1:-}" in
  '') ;;
  --long) long=true ;;
  *) echo "usage: tests/all.sh [--long]" >&2; exit 2 ;;
esac

export WEIGHBRIDGE_VENV=${WEIGHBRIDGE_VENV:-$PWD/target/venv}
export CARGO_TERM_COLOR=never NO_COLOR=1 RUSTDOCFLAGS='-D warnings'
logs=target/test-logs
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# stage NAME BUDGET COMMAND…: one check, unless its runner counts its own tests.
stage() {
  local name=$1 budget=$2 log=$logs/$1.log began=$SECONDS status
  shift 2
  printf '== %s\n' "$name"
  timeout --kill-after=10 "$budget" "$@" >"$log" 2>&1 </dev/null
  status=$?
  count "$name" "$status" "$log"
  if ((status)); then
    ((status == 124)) && echo "-- $name: over its $budget s" || echo "-- $name: failed ($status)"
    tail -n 60 "$log"
  fi
  printf '   %s: %s s\n' "$name" $((SECONDS - began))
}

# Adds what the runner counted (nextest, Vitest, node:test), or one for the stage itself.
count() {
  local good bad skip
  good=$(sed -nE 's/.* ([0-9]+) passed.*tests? run.*/\1/p; s/.*tests? run: ([0-9]+) passed.*/\1/p; s/^ *Tests .* ([0-9]+) passed.*/\1/p; s/^ℹ pass ([0-9]+)$/\1/p; s/^# pass ([0-9]+)$/\1/p' "$3" | awk '{n += $1} END {print n + 0}')
  bad=$(sed -nE 's/.*tests? run:.* ([0-9]+) failed.*/\1/p; s/^ *Tests .* ([0-9]+) failed.*/\1/p; s/^ℹ fail ([0-9]+)$/\1/p; s/^# fail ([0-9]+)$/\1/p' "$3" | awk '{n += $1} END {print n + 0}')
  skip=$(sed -nE 's/^ *Tests .* ([0-9]+) skipped.*/\1/p; s/^ℹ skipped ([0-9]+)$/\1/p' "$3" | awk '{n += $1} END {print n + 0}')
  if (($2 == 0)); then
    passed=$((passed + (good > 0 ? good : 1)))
  else
    passed=$((passed + good))
    failed=$((failed + (bad > 0 ? bad : 1)))
  fi
  skipped=$((skipped + skip))
}

tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --profile "$1" "${@:2}"
  elif [[ $1 == long ]]; then
    cargo test --no-fail-fast --test it -- "${@:2}"
  else
    cargo test --no-fail-fast -- --skip faults::
  fi
}
export -f tests

# Ten thousand histories of each course, of code that is optimised: ten times as many in the time.
histories() {
  export WEIGHBRIDGE_LONG=1
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --release --locked --profile long --test it simulation::
  else
    cargo test --release --locked --test it -- simulation::
  fi
}
export -f histories

# The reports of the test runs above; none where another runner than nextest ran.
reports() {
  local profile
  for profile; do
    [[ target/nextest/$profile/junit.xml -nt target/test-logs/release.log ]] &&
      printf '%s ' "target/nextest/$profile/junit.xml"
  done
}

in_folder() { (cd "$1" && "${@:2}"); }
export -f in_folder

began=$SECONDS
stage setup 600 bash tests/setup.sh
stage format 60 cargo fmt --check
stage ui-types 120 bash -c 'in_folder assets npm run --silent typecheck'
stage ui-lint 60 bash -c 'in_folder assets npm run --silent lint'
stage ui-tests 900 bash -c 'in_folder assets npm test --silent -- --coverage'
stage release 1200 cargo build --release --locked
export WEIGHBRIDGE_SKIP_UI=1
stage lints 900 cargo clippy --locked --all-targets -- -D warnings
stage tests 1800 bash -c 'tests default'
stage docs 300 cargo doc --locked --no-deps --document-private-items
stage api-lint 120 bash -c 'in_folder openapi npm run --silent lint'
stage clients 400 bash tests/clients/run.sh target/release/weighbridge
stage browser 1200 env WEIGHBRIDGE_BIN="$PWD/target/release/weighbridge" bash -c 'in_folder tests/browser npm test --silent'
if $long; then
  stage dependencies 900 bash -c 'cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny; cargo deny check bans licenses sources'
  stage histories 3600 bash -c histories
  stage long-tests 3600 env WEIGHBRIDGE_LONG=1 bash -c 'tests long kill faults::'
  stage security 1200 env WEIGHBRIDGE_BROWSER_LOG="$PWD/$logs/browser.log" \
    WEIGHBRIDGE_JUNIT="$(reports default long)" bash tests/security.sh
  stage bench 1800 cargo bench --locked
fi

echo "all stages: $((SECONDS - began)) s"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
