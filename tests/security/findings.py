#!/usr/bin/env python3
"""Prints what schemathesis found, a line each: operation, check, what was answered, the request."""

import re
import sys

text = open(sys.argv[1], encoding="utf-8", errors="replace").read()
for block in re.split(r"\n(?=_{5,} )", text):
    title = re.match(r"_+ (.*?) _+\n", block)
    if not title:
        continue
    for case in re.split(r"\n(?=\d+\. Test Case ID)", block)[1:]:
        answer = re.search(r"\n\[(\d+)\][^\n]*\n\n\s*`?([^\n]*)", case)
        status, body = answer.groups() if answer else ("-", "")
        request = re.search(r"curl ([^\n]*)", case)
        request = re.sub(r"-H '(Authorization|Cookie|x-csrf-token|sec-fetch-site)[^']*' ?", "",
                         request.group(1)) if request else ""
        part = re.search(r"Invalid component: ([^\n]*)", case)
        for check, name in re.findall(r"^- (ST\d+) ([^\n]*)", case, re.M):
            told = re.search(r'"code":"(\w+)"', body)
            print(f"{title[1]} | {check} {name} | {status} {told[1] if told else body[:80]} | {request[:300]}"
                  f"{' | ' + part[1] if part else ''}")
