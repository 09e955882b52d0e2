#!/usr/bin/env python3
"""Prints the handbook's table of requirements with what became of each test and tool.

    table.py names                       the tests that the table names, as a filter for nextest
    table.py print RESULTS JUNIT…        the table, from the tools' results and the runners' reports

A name is a test's when some `fn` of the sources has it, else a tool's. Exits with 1 when a name
is neither, or when anything failed or was not run.
"""

import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "assets" / "handbook" / "security.md"
TESTS = re.compile(r"#\[(?:tokio::)?test\b[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*(?:async )?fn (\w+)")


def rows():
    """Each requirement with the names in its second column."""
    table = PAGE.read_text().split("| required | attacked by |")[1]
    for line in table.splitlines()[2:]:
        if not line.startswith("|"):
            break
        required, attackers = [cell.strip() for cell in line.strip("|").split("|")]
        yield required, re.findall(r"`([^`]+)`", attackers)


def tests():
    """Every test's name with how often it is given."""
    found = {}
    for folder in ["src", "tests/it"]:
        for file in (ROOT / folder).rglob("*.rs"):
            for name in TESTS.findall(file.read_text()):
                found[name] = found.get(name, 0) + 1
    return found


def reported(files):
    """What the runners say of each test: failed wins over passed."""
    results = {}
    for file in files:
        if not Path(file).exists():
            continue
        for case in xml.parse(file).getroot().iter("testcase"):
            name = case.get("name").split("::")[-1]
            bad = case.find("failure") is not None or case.find("error") is not None
            results[name] = "fail" if bad or results.get(name) == "fail" else "pass"
    return results


def tools(file):
    """The tools' results: a line each, of a name, a result and a remark."""
    lines = [line.split("\t") for line in Path(file).read_text().splitlines()]
    return {name: (result, remark) for name, result, remark in lines}


def main():
    known, table = tests(), list(rows())
    names = {name for _, attackers in table for name in attackers}
    doubled = sorted(name for name in names if known.get(name, 0) > 1)
    if doubled:
        sys.exit(f"several tests have the name {', '.join(doubled)}")
    if sys.argv[1] == "names":
        print("|".join(sorted(name for name in names if name in known)))
        return
    from_tools, from_tests = tools(sys.argv[2]), reported(sys.argv[3:])
    bad = 0
    for required, attackers in table:
        print(f"\n{required}")
        for name in attackers:
            if name in known:
                result, remark = from_tests.get(name, "not run"), ""
            else:
                result, remark = from_tools.get(name, ("not run", "no such test or tool"))
            bad += result != "pass"
            print(f"  {result:8}{name}{'  ' + remark if remark else ''}")
    unnamed = sorted(set(from_tools) - names)
    for name in unnamed:
        print(f"\n{name} is not in the table")
    print(f"\n{len(table)} requirements, {len(names)} tests and tools, {bad} not passed")
    sys.exit(1 if bad or unnamed else 0)


main()
