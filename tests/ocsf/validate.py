"""Validates every line of the audit log against OCSF 1.8.0.

Usage: validate.py FOLDER...
Prints each line that is not valid with what is wrong, and how many were read. Exits with 1 when
a line is not valid, or when there is none.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

SCHEMA = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))


def validator(cache, class_uid):
    """The validator of an event class; None when OCSF has no such class."""
    if class_uid not in cache:
        name = SCHEMA.lookup_class_name_from_uid(class_uid=class_uid)
        schema = SCHEMA.get_class_schema(class_name=name, profiles=[]) if name else None
        cache[class_uid] = Draft202012Validator(schema) if schema else None
    return cache[class_uid]


def complaints(cache, line):
    """What is wrong with a line."""
    try:
        event = json.loads(line)
    except ValueError as error:
        return [f"is not JSON: {error}"]
    checks = validator(cache, event.get("class_uid"))
    if checks is None:
        return [f"is of class {event.get('class_uid')!r}, which OCSF does not have"]
    found = [f"{error.json_path}: {error.message[:300]}" for error in checks.iter_errors(event)]
    if event.get("type_uid") != event.get("class_uid", 0) * 100 + event.get("activity_id", 0):
        found.append("$.type_uid is not class_uid * 100 + activity_id")
    return found


def main(folders):
    cache, read, bad = {}, 0, 0
    for segment in sorted(path for folder in folders for path in Path(folder).glob("*.ndjson")):
        with segment.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                read += 1
                for complaint in complaints(cache, line):
                    bad += 1
                    print(f"{segment.name} line {number}: {complaint}")
    print(f"{read} lines read, {bad} complaints")
    return 0 if read and not bad else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
