#!/usr/bin/env python3
"""Prints the API's description as somebody with one kind of credential should see it.

    document.py weighbridge.json bearer|session

An operation may be entered with either of two credentials. A tool that changes one of them and
still gets in would call that a hole, so each run sees one kind alone; operations that take only
the other are left out, and open ones stay.
"""

import json
import sys

path, kind = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    document = json.load(file)
schemes = document["components"]["securitySchemes"]
document["components"]["securitySchemes"] = {kind: schemes[kind]}
document["security"] = [{kind: []}]
for operations in document["paths"].values():
    for method, operation in list(operations.items()):
        wanted = operation.get("security", [{kind: []}])
        if wanted and not any(kind in one for one in wanted):
            del operations[method]
        elif wanted:
            operation["security"] = [{kind: []}]
# A session's own run sees what only a session may do; the rest is seen with a token.
if kind == "session":
    with open(path, encoding="utf-8") as file:
        whole = json.load(file)
    for place, operations in list(document["paths"].items()):
        for method in list(operations):
            if whole["paths"][place][method].get("security") != [{"session": []}]:
                del operations[method]
        if not operations:
            del document["paths"][place]
document["paths"] = {place: one for place, one in document["paths"].items() if one}
json.dump(document, sys.stdout)
