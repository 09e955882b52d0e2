#!/usr/bin/env bash
# How each tool is called, and what counts as a finding. Called by tests/security.sh, which sets
# SCENE, URL, PORT, WORK, HERE and BINARY.
set -uo pipefail

# Fails on every line of standard input that allowed.txt does not have a reason for.
judge() {
  python3 - "$1" "$HERE/allowed.txt" 3<&0 <<'PYTHON'
import os, re, sys
tool, path = sys.argv[1:]
known = [line.split("\t") for line in open(path) if line.strip() and not line.startswith("#")]
known = [(re.compile(pattern), reason.strip()) for name, pattern, reason in known if name == tool]
bad = 0
for line in os.fdopen(3).read().splitlines():
    reason = next((reason for pattern, reason in known if pattern.search(line)), None)
    bad += reason is None
    print(f"allowed: {line}\n  {reason}" if reason else f"FOUND: {line}")
sys.exit(1 if bad else 0)
PYTHON
}

sslyze() {
  local seen
  # It exits with 1 for whatever it finds; what that is worth is judged here.
  seen=$("$WORK/sslyze/bin/python" -m sslyze --mozilla_config intermediate "localhost:$PORT")
  printf '%s\n' "$seen"
  [[ $seen == *'COMPLIANCE AGAINST'* ]] || return 1
  sed -n '/COMPLIANCE AGAINST/,$p' <<<"$seen" | sed -nE 's/^ +\* //p' | judge sslyze
}

sslscan() {
  local seen
  seen=$(command sslscan --no-colour --show-certificate "127.0.0.1:$PORT") && printf '%s\n' "$seen"
  [[ $seen == *'TLSv1.3   enabled'* && $seen == *'TLSv1.2   enabled'* ]] || return 1
  {
    grep -E '^(SSL|TLS)v[0-9.]+ +enabled' <<<"$seen" | grep -vE '^TLSv1\.[23] '
    grep -E '^(Preferred|Accepted)' <<<"$seen" | grep -vE 'GCM|POLY1305'
    grep -iE 'vulnerable to heartbleed|insecure' <<<"$seen" | grep -v 'not vulnerable'
    true
  } | judge sslscan
}

observatory() {
  local score
  NODE_EXTRA_CA_CERTS=$SCENE/ca.pem node "$WORK/node_modules/@mdn/mdn-http-observatory/src/scan.js" \
    "localhost:$PORT" | tee "$WORK/observatory.json"
  score=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).scan.score' "$WORK/observatory.json")
  echo "score $score"
  ((score >= 100))
}

# All its connections must have been closed by the appliance, which must have gone on serving. A slow
# reader does not see the end before it has read what came earlier, so the appliance's side counts.
slow() {
  local seen address=$URL/ seconds=60
  # What does not fit into the socket's buffers: a small page would be gone before it is read.
  [[ $1 == -X ]] && address=$URL/api/v1/openapi.json
  slowhttptest "$1" -c 100 -r 50 -i 10 -l "$seconds" -x 24 -p 3 -w 1 -y 4 -n 5 -z 32 -u "$address" \
    >"$WORK/slow$1" 2>&1 &
  local attacker=$! left=0
  for _ in $(seq $((seconds - 10))); do
    sleep 1
    kill -0 "$attacker" 2>/dev/null || break
  done
  left=$(ss -Htn state established "sport = :$PORT" | grep -c . || true)
  wait "$attacker"
  seen=$(sed 's/\x1b\[[0-9;]*[mHJ]//g' "$WORK/slow$1")
  tail -n 30 <<<"$seen"
  echo "$left connections were left after $((seconds - 10)) s"
  # Its own probes come and go.
  ! grep -q 'service available: *NO' <<<"$seen" && ((left <= 3))
}

wapiti() {
  # Never ssrf, xxe or log4shell: they call out.
  HOME=$WORK "$WORK/wapiti3/bin/wapiti" -u "$URL/" --scope folder --verify-ssl 0 --no-bugreport --flush-session \
    -m xss,sql,file,redirect,http_headers,cookieflags,csrf,csp,exec,crlf,methods \
    --max-scan-time 100 -f json -o "$WORK/wapiti.json" || return 1
  python3 - "$WORK/wapiti.json" <<'PYTHON' | judge wapiti
import json, sys
seen = json.load(open(sys.argv[1]))
for kind in ["vulnerabilities", "anomalies"]:
    for name, found in seen[kind].items():
        for one in found:
            print(f"{name}: {one['method']} {one['path']} {one['info']}")
PYTHON
}

credential() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["credentials"][sys.argv[2]][sys.argv[3]])' \
    "$SCENE/scene.json" "$@"
}

session_header() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["credentials"][sys.argv[2]]["session"][sys.argv[3]])' \
    "$SCENE/scene.json" "$@"
}

# attack KIND SECONDS EXAMPLES OPTION…: the description as seen with one kind of credential.
attack() {
  local kind=$1 seconds=$2 examples=$3 status
  shift 3
  python3 "$HERE/document.py" "$WORK/document.json" "$kind" >"$WORK/document-$kind.json"
  # It keeps notes in the folder that it runs in.
  cd "$WORK" || return 1
  "$WORK/schemathesis/bin/st" --config-file "$HERE/schemathesis.toml" run "$WORK/document-$kind.json" \
    --url "$URL/api/v1" --tls-verify "$SCENE/ca.pem" --mode all --max-examples "$examples" --seed 1 \
    --max-time "$seconds" --output-sanitize false --output-truncate false "$@" >"$WORK/seen" 2>&1
  grep -E 'Selected:|Tested:|generated' "$WORK/seen"
  # A run that broke off has no summary, and has found nothing for want of looking.
  grep -q 'Test cases:' "$WORK/seen" || { tail -n 40 "$WORK/seen"; echo "the run broke off" >>"$WORK/findings"; }
  python3 "$HERE/findings.py" "$WORK/seen" >>"$WORK/findings"
  [[ $1 == --include* ]] && return
  status=$(curl --silent --cacert "$SCENE/ca.pem" -o /dev/null -w '%{http_code}' "${@:7}" "$URL/api/v1/system/rate-limits")
  [[ $status == 200 || $status == 403 ]] || echo "$kind: its credential was answered $status at the end" >>"$WORK/findings"
}

schemathesis() {
  "$BINARY" openapi >"$WORK/document.json" || return 1
  : >"$WORK/findings"
  local role
  # What ends credentials comes last: whatever followed it would only be refused.
  local ends=(--exclude-operation-id signOut --exclude-operation-id endUserSessions --exclude-operation-id updateUser)
  for role in member analyst auditor admin; do
    attack bearer 15 5 "${ends[@]}" -H "Authorization: Bearer $(credential $role token)"
  done
  attack bearer 100 30 "${ends[@]}" -H "Authorization: Bearer $(credential everybody token)"
  attack session 30 30 "${ends[@]}" -H "Cookie: $(session_header everybody cookie)" \
    -H "x-csrf-token: $(session_header everybody x-csrf-token)" -H "sec-fetch-site: same-origin"
  attack bearer 15 30 --include-operation-id endUserSessions --include-operation-id updateUser \
    -H "Authorization: Bearer $(credential admin token)"
  sort -u "$WORK/findings" | judge schemathesis
}

# What the appliance wrote while it was attacked: no error, and it is still there.
log() {
  curl --silent --fail --cacert "$SCENE/ca.pem" "$URL/healthz/ready" >/dev/null || { echo "it is not ready"; return 1; }
  { grep -hE '"level":"ERROR"|panicked' "$SCENE"/log/* "$SCENE/said" || true; } | judge log
}

ocsf() {
  "${WEIGHBRIDGE_VENV:-$PWD/target/venv}/bin/python" "$HERE/../ocsf/validate.py" "$SCENE/data/audit"
}

# The journeys, each state held against axe; a run of them that has just ended need not be repeated.
axe() {
  local log=${WEIGHBRIDGE_BROWSER_LOG:-}
  if [[ -n $log && $log -nt $BINARY ]]; then
    tail -n 8 "$log"
    grep -qE '^(#|ℹ) fail 0$' "$log"
    return
  fi
  cd "$HERE/../browser" && WEIGHBRIDGE_BIN=$BINARY npm test --silent
}

pages() {
  # Node looks for packages beside the script, so it runs from a copy.
  cp "$HERE/pages.mjs" "$WORK/"
  (cd "$WORK" && node pages.mjs "$SCENE")
}

"$@"
