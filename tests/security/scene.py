#!/usr/bin/env python3
"""Starts an appliance that has something to lose, and keeps it until it is told to end.

    scene.py BINARY FOLDER [PORT]

The appliance has a certificate of a private CA, an account and a token for each role, a dataset,
a connection to a sandbox, and a sync that ran once. `FOLDER/scene.json` tells where everything
is; it is written last. Limits are raised, so that they do not hide what lies behind them: they
have tests of their own. Needs the standard library and openssl.
"""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

PASSWORD = "seven looms weave by night"
BASE, TABLE = "appSandboxDemo001", "Airports"
AIRPORTS = Path(__file__).parent.parent / "browser" / "fixtures" / "airports.csv"

SCOPES = {
    "member": ["dataset:read", "dataset:write", "connection:read", "connection:write",
               "sync:read", "sync:write", "sync:run"],
    "analyst": ["dataset:read", "sync:read"],
    "auditor": ["audit:read"],
    "admin": ["user:manage", "audit:read", "system:read"],
}

CONFIG = """\
[server]
listen = "127.0.0.1:{port}"
data = "{folder}/data"

[tls]
certificate = "{folder}/server.pem"
key = "{folder}/server.key"

[limits]
authentication = "1000000 / 1 second"
open_calls = "1000000 / 1 second"
api_calls = "1000000 / 1 second"
exports = "1000000 / 1 second"
imports = "1000000 / 1 second"
sync_starts = "1000000 / 1 second"
sync_starts_airtable = "1000000 / 1 second"

[log]
folder = "{folder}/log"

[airtable]
requests_per_second = 0

[sandbox]
url = "{sandbox}"
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificates(folder):
    """A CA, and a certificate of it for localhost."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
            "-subj", "/CN=Weighbridge trial CA", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (folder / "names").write_text(
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n"
        "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "30", "-extfile", "names", "-out", "server.pem")
    (folder / "server.key").chmod(0o600)


class Client:
    """Calls the API as somebody."""

    def __init__(self, url, trust):
        self.url, self.headers = url, {}
        self.context = ssl.create_default_context(cafile=trust)

    def call(self, method, path, body=None, kind="application/json"):
        """The answer's body; errs when the answer is a refusal."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        headers = {"sec-fetch-site": "same-origin", **self.headers}
        if data is not None:
            headers["content-type"] = kind
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=60) as answer:
                text, cookie = answer.read(), answer.headers.get("set-cookie")
        except urllib.error.HTTPError as refusal:
            raise SystemExit(f"{method} {path}: {refusal.code} {refusal.read().decode()}") from None
        shown = json.loads(text) if text else None
        if cookie and shown and "csrf_token" in shown:
            self.headers = {"cookie": cookie.split(";")[0], "x-csrf-token": shown["csrf_token"]}
        return shown


def wait_for(what, ready, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := ready():
            return found
        time.sleep(0.05)
    raise SystemExit(f"{what} did not come in {seconds} s")


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def furnish(client, link):
    """Fills an empty appliance; gives what each role signs in with, and the ids of what is there."""
    token = link.strip().rsplit("token=")[-1]
    client.call("POST", "/setup", {"token": token, "name": "Ada", "email": "ada@example.org",
                                   "password": PASSWORD})
    people = {"everybody": ["admin", "member", "analyst", "auditor"], **{r: [r] for r in SCOPES}}
    for name, roles in people.items():
        client.call("POST", "/users", {"email": f"{name}@example.org", "name": name.title(),
                                       "roles": roles, "password": PASSWORD})
    credentials = {}
    for name, roles in people.items():
        own = Client(client.url, None)
        own.context = client.context
        own.call("POST", "/auth/login", {"email": f"{name}@example.org", "password": PASSWORD})
        scopes = sorted({scope for role in roles for scope in SCOPES[role]})
        ends = (datetime.now(timezone.utc) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = own.call("POST", "/tokens", {"name": "trial", "scopes": scopes, "expires_at": ends})
        credentials[name] = {"token": made["secret"], "session": own.headers}
    ids = {}
    for name in ["everybody", "member"]:
        own = Client(client.url, None)
        own.context = client.context
        own.headers = {"authorization": f"Bearer {credentials[name]['token']}"}
        ids[name] = belongings(own)
    return credentials, ids


def belongings(client):
    """A dataset, a connection and a sync that has run, of whoever calls."""
    rows = AIRPORTS.read_bytes()
    seen = client.call("POST", "/datasets/preview?format=csv", rows, "text/csv")
    dataset = client.call("POST", "/datasets", {"name": "Airports", "key_field": "iata",
                                                "fields": seen["fields"]})["id"]
    client.call("POST", f"/datasets/{dataset}/imports?format=csv", rows, "text/csv")
    connection = client.call("POST", "/connections", {
        "provider": "airtable", "name": "Practice", "endpoint": "sandbox",
        "token": "patTrial00000001.secretsecretsecret"})["id"]
    tables = client.call("GET", f"/connections/{connection}/bases/{BASE}/tables")["items"]
    table = next(one["id"] for one in tables if one["name"] == TABLE)
    target = {"dataset_id": dataset, "connection_id": connection, "base_id": BASE, "table_id": table}
    proposal = client.call("POST", "/syncs/proposal", target)
    pairs = [{"field": one["field"], "remote_field_id": one["remote_field_id"]}
             for one in proposal["mapping"]]
    sync = client.call("POST", "/syncs", {
        **target, "name": "Airports", "mapping": pairs, "typecast": True,
        "remote_key_field_id": proposal["remote_key_field_id"]})["id"]
    run = client.call("POST", f"/syncs/{sync}/runs")["id"]
    ended = ["done", "failed", "cancelled"]
    wait_for("the end of a run", lambda: client.call("GET", f"/runs/{run}")["state"] in ended)
    return {"dataset": dataset, "connection": connection, "sync": sync, "run": run}


def main():
    binary, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    port = int(sys.argv[3]) if len(sys.argv) > 3 else free_port()
    sandbox_port = free_port()
    sandbox, url = f"http://127.0.0.1:{sandbox_port}", f"https://localhost:{port}"
    certificates(folder)
    config = folder / "config.toml"
    config.write_text(CONFIG.format(port=port, folder=folder, sandbox=sandbox))
    said = open(folder / "said", "wb")
    commands = [["sandbox", "--listen", f"127.0.0.1:{sandbox_port}", "--rate", "0"],
                ["serve", "--config", str(config)]]
    processes = [subprocess.Popen([binary, *one], stdout=said, stderr=said) for one in commands]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        wait_for("the appliance", lambda: is_open(port) and is_open(sandbox_port))
        link = folder / "data" / "setup-link"
        wait_for("the set-up link", link.exists)
        client = Client(url, str(folder / "ca.pem"))
        credentials, ids = furnish(client, link.read_text())
        scene = {"url": url, "port": port, "sandbox": sandbox, "config": str(config),
                 "pid": processes[1].pid, "password": PASSWORD, "credentials": credentials,
                 "ids": ids}
        draft = folder / "scene.json.draft"
        draft.write_text(json.dumps(scene, indent=1))
        os.rename(draft, folder / "scene.json")
        processes[1].wait()
        raise SystemExit(f"the appliance ended by itself: {processes[1].returncode}")
    finally:
        for one in processes:
            one.terminate()
        for one in processes:
            one.wait()


if __name__ == "__main__":
    main()
