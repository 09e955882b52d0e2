#!/usr/bin/env python3
"""Measures a signed-in read while others hold the appliance up.

    load.py FOLDER

Three attacks from many loopback addresses, each by a process of its own: 10,000 idle connections,
1,000 that send their header a byte at a time and come back when they are cut, and a flood of
sign-ins, each of which is hashed, as from a crowd of hijacked machines (the scene's limits are
raised). The read goes over a connection that stays open. Its median may be at most twice what it
was before; the slowest hundredth is told. A busy machine makes single figures jump, so the better
of a few trials counts.
"""

import json
import multiprocessing
import resource
import select
import socket
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPSConnection
from pathlib import Path
from threading import Thread

FOLDER = Path(sys.argv[1])
SCENE = json.loads((FOLDER / "scene.json").read_text())
IDLE, SLOW, FLOOD = 10_000, 1_000, 16
READS, TRIALS, MOST = 400, 3, 2.0
ADDRESSES = 50
# What an HTTP/2 client says before it asks anything (RFC 9113, 3.4).
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


def trust(protocol):
    context = ssl.create_default_context(cafile=str(FOLDER / "ca.pem"))
    context.set_alpn_protocols([protocol])
    return context


def source(number):
    return (f"127.0.0.{10 + number % ADDRESSES}", 0)


def connect(context, number):
    raw = socket.create_connection(("127.0.0.1", SCENE["port"]), 30, source(number))
    return context.wrap_socket(raw, server_hostname="localhost")


def idle(ready, stop):
    context = trust("h2")

    def one(number):
        connection = connect(context, number)
        connection.sendall(PREFACE)
        return connection

    with ThreadPoolExecutor(max_workers=4) as pool:
        opened = list(pool.map(one, range(IDLE)))
    ready.set()
    stop.wait()
    gone = select.poll()
    for connection in opened:
        gone.register(connection.fileno(), select.POLLRDHUP | select.POLLHUP)
    print(f"  of {IDLE}, {IDLE - len(gone.poll(0))} were still open at the end")


def slow(ready, stop):
    context = trust("http/1.1")
    header = b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: " + b"a" * 10_000
    opened, cut = [[connect(context, number), 0] for number in range(SLOW)], 0
    ready.set()
    while not stop.is_set():
        for number, one in enumerate(opened):
            try:
                one[0].sendall(header[one[1]:one[1] + 1])
                one[1] += 1
            except OSError:
                cut += 1
                opened[number] = [connect(context, number), 0]
        stop.wait(2)
    print(f"  {cut} of the slow ones were cut and came back")


def flood(ready, stop):
    context, tried = trust("http/1.1"), [0] * FLOOD

    def one(worker):
        connection = HTTPSConnection("localhost", SCENE["port"], context=context,
                                     source_address=source(worker))
        while not stop.is_set():
            body = json.dumps({"email": f"nobody{worker}.{tried[worker]}@example.org",
                               "password": "wrong by any measure"})
            connection.request("POST", "/api/v1/auth/login", body, {
                "content-type": "application/json", "sec-fetch-site": "same-origin"})
            connection.getresponse().read()
            tried[worker] += 1

    workers = [Thread(target=one, args=[number]) for number in range(FLOOD)]
    for worker in workers:
        worker.start()
    time.sleep(1)
    ready.set()
    began, before = time.monotonic(), sum(tried)
    stop.wait()
    print(f"  {(sum(tried) - before) / (time.monotonic() - began):.0f} sign-ins a second")
    for worker in workers:
        worker.join()


def read():
    """The times of reads, sorted, in milliseconds."""
    connection = HTTPSConnection("localhost", SCENE["port"], context=trust("http/1.1"))
    cookie = SCENE["credentials"]["member"]["session"]["cookie"]
    times = []
    for _ in range(READS):
        began = time.perf_counter()
        connection.request("GET", "/api/v1/datasets", headers={"cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        times.append(1000 * (time.perf_counter() - began))
        if answer.status != 200:
            sys.exit(f"a read was answered {answer.status}")
        time.sleep(0.03)
    return sorted(times)


def memory():
    status = Path(f"/proc/{SCENE['pid']}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def try_once(attack):
    before, kib = read(), memory()
    ready, stop = multiprocessing.Event(), multiprocessing.Event()
    attacker = multiprocessing.Process(target=attack, args=[ready, stop])
    attacker.start()
    if not ready.wait(120):
        attacker.terminate()
        sys.exit(f"{attack.__name__}: the attack did not get under way")
    during, grown = read(), memory() - kib
    stop.set()
    attacker.join()
    middle, last = READS // 2, READS - READS // 100
    ratio = during[middle] / before[middle]
    print(f"{attack.__name__:6} median {before[middle]:.2f} -> {during[middle]:.2f} ms ({ratio:.2f}), "
          f"p99 {before[last]:.1f} -> {during[last]:.1f} ms, memory +{grown / 1024:.0f} MiB")
    return ratio


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    bad = []
    for attack in [idle, slow, flood]:
        if not any(try_once(attack) <= MOST for _ in range(TRIALS)):
            bad.append(attack.__name__)
    sys.exit(f"more than {MOST} times slower: {', '.join(bad)}" if bad else 0)


main()
