#!/usr/bin/env python3
"""Guesses passwords as an attacker would, and takes the time of each refusal.

    guess.py FOLDER

The address limit is raised in the scene, so that what is seen is the throttle of the account:
200 guesses at once from 50 addresses. Then unknown, wrong and held-back accounts must look alike
and take equally long, and everybody else must get in at once.
"""

import json
import ssl
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPSConnection
from pathlib import Path

FOLDER = Path(sys.argv[1])
SCENE = json.loads((FOLDER / "scene.json").read_text())
TRUST = ssl.create_default_context(cafile=str(FOLDER / "ca.pem"))
VICTIM = "analyst@example.org"
GUESSES, ADDRESSES, MOST_TRIED = 200, 50, 20
# The processor's time tells even on a busy machine what the clock would on a quiet one.
ROUNDS, TOLERANCE, TRIALS = 100, 0.05, 2
# What the answer says of itself alone.
OWN = ("instance",)
# The clock of what the appliance has used of the processor (clock_getcpuclockid, in Linux' form).
CPU = (~SCENE["pid"] << 3) | 2


def connect(number=0):
    source = (f"127.0.0.{2 + number % ADDRESSES}", 0)
    return HTTPSConnection("localhost", SCENE["port"], context=TRUST, source_address=source)


def sign_in(connection, email, password):
    """The status, the body without what is the request's own, and how long it took."""
    body = json.dumps({"email": email, "password": password})
    began = time.perf_counter()
    connection.request("POST", "/api/v1/auth/login", body,
                       {"content-type": "application/json", "sec-fetch-site": "same-origin"})
    answer = connection.getresponse()
    text = answer.read()
    took = time.perf_counter() - began
    shown = json.loads(text)
    return answer.status, {k: v for k, v in shown.items() if k not in OWN}, took


def guesses_are_few():
    """Tells how many of the guesses were tried, by the book: those held back say so there."""
    def guess(number):
        return sign_in(connect(number), VICTIM, f"wrong password number {number}")[0]

    with ThreadPoolExecutor(max_workers=16) as pool:
        statuses = list(pool.map(guess, range(GUESSES)))
    status = sign_in(connect(), VICTIM, SCENE["password"])[0]
    lines = "".join(p.read_text() for p in sorted((FOLDER / "data" / "audit").glob("*.ndjson")))
    events = [json.loads(line) for line in lines.splitlines() if VICTIM in line]
    tried = sum(e.get("status_code") == "INVALID_CREDENTIALS" for e in events)
    print(f"{GUESSES} guesses at one account: statuses {sorted(set(statuses))}, {tried} were tried")
    print(f"the right password while it is held back: {status}")
    return set(statuses) <= {401, 429} and tried <= MOST_TRIED and status != 200, events


def others_get_in():
    status = sign_in(connect(), "member@example.org", SCENE["password"])[0]
    print(f"somebody else meanwhile: {status}")
    return status == 200


def refusals_look_alike():
    return any(look_alike_once(trial) for trial in range(TRIALS))


def look_alike_once(trial):
    one = connect()
    kinds = {"unknown": lambda n: f"nobody{trial}.{n}@example.org", "held back": lambda n: VICTIM}
    costs, times, bodies = {k: [] for k in kinds}, {k: [] for k in kinds}, set()
    for number in range(ROUNDS):
        for kind in sorted(kinds, reverse=number % 2):
            before = time.clock_gettime(CPU)
            status, body, took = sign_in(one, kinds[kind](number), "wrong password by any measure")
            costs[kind].append(time.clock_gettime(CPU) - before)
            times[kind].append(took)
            bodies.add((status, json.dumps(body, sort_keys=True)))
    cost = {kind: statistics.median(every) for kind, every in costs.items()}
    apart = max(cost.values()) / min(cost.values()) - 1
    shown = ", ".join(f"{kind} {1000 * cost[kind]:.1f} ms of CPU, "
                      f"{1000 * statistics.median(times[kind]):.1f} ms" for kind in kinds)
    print(f"refusals: {len(bodies)} kind(s) of answer; {shown}; {100 * apart:.1f} % apart")
    return len(bodies) == 1 and apart <= TOLERANCE


few, seen = guesses_are_few()
good = [few, others_get_in(), refusals_look_alike()]
if not all(good):
    for event in seen[:3]:
        print(json.dumps(event))
    sys.exit("the throttle does not hold")
