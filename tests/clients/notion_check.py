"""Checks the sandbox through notion-client, the Python client of Notion's API."""

import logging
import sys
import time

import httpx
from notion_client import APIErrorCode, APIResponseError, Client
from notion_client.errors import RequestTimeoutError, UnknownHTTPResponseError
from notion_client.helpers import collect_paginated_api

URL = sys.argv[1]
AIRPORTS = "d0000000-0000-4000-8000-000000000001"
SOURCE = "50000000-0000-4000-8000-000000000001"
PROJECTS = "50000000-0000-4000-8000-000000000002"
EVERYTHING = "50000000-0000-4000-8000-000000000004"
CONTACTS = "d0000000-0000-4000-8000-000000000005"
LATEST = "2026-03-11"


def control(method, path, body=None):
    answer = httpx.request(method, f"{URL}/_sandbox/{path}", json=body, timeout=10)
    answer.raise_for_status()
    return answer


def client(version=LATEST, retry=False, token="ntn_check"):
    options = {"notion_version": version, "retry": retry, "log_level": logging.CRITICAL}
    return Client(auth=token, base_url=URL, **options)


notion = client()


def refused(status, code, act):
    """Asserts that `act` is refused with this status and code."""
    try:
        act()
    except APIResponseError as error:
        assert (error.status, error.code) == (status, code), error
        assert error.body and "request_id" in error.body
        return error
    raise AssertionError(f"not refused with {status} {code}")


def unknown(status, act):
    """Asserts that `act` meets an answer which the client cannot read."""
    try:
        act()
    except UnknownHTTPResponseError as error:
        assert error.status == status, error
        return
    raise AssertionError(f"not answered with {status}")


def check(name, act):
    act()
    print(f"ok notion-client: {name}")


def title(text):
    return {"title": [{"text": {"content": text}}]}


def create(text, **properties):
    parent = {"type": "data_source_id", "data_source_id": SOURCE}
    return notion.pages.create(parent=parent, properties={"Name": title(text), **properties})


def words(page):
    return "".join(run["plain_text"] for run in page["properties"]["Name"]["title"])


def people():
    me = notion.users.me()
    assert me["type"] == "bot" and me["bot"]["workspace_name"] == "Sandbox"
    users = collect_paginated_api(notion.users.list)
    assert any(user["id"] == me["id"] for user in users)


def schema():
    database = notion.databases.retrieve(AIRPORTS)
    assert database["data_sources"] == [{"id": SOURCE, "name": "Airports"}]
    source = notion.data_sources.retrieve(EVERYTHING)
    assert len({property["type"] for property in source["properties"].values()}) == 24
    made = notion.databases.create(
        parent={"type": "workspace", "workspace": True},
        title=[{"text": {"content": "Planes"}}],
        initial_data_source={"properties": {"Name": {"title": {}}}},
    )
    planes = made["data_sources"][0]["id"]
    changed = notion.data_sources.update(planes, properties={"Seats": {"number": {}}})
    assert list(changed["properties"]) == ["Name", "Seats"]
    refused(400, APIErrorCode.ValidationError, lambda: client("2022-06-28").databases.retrieve(CONTACTS))


def create_read_update():
    made = create("Vienna", Latitude={"number": 48.110833}, State={"select": {"name": "XX"}})
    assert made["properties"]["Latitude"]["number"] == 48.110833
    assert notion.pages.retrieve(made["id"])["properties"] == made["properties"]
    changed = notion.pages.update(made["id"], properties={"Code": {"rich_text": [{"text": {"content": "VIE"}}]}})
    assert changed["properties"]["Code"]["rich_text"][0]["plain_text"] == "VIE"
    assert changed["last_edited_time"].endswith(":00.000Z")
    notion.pages.update(made["id"], in_trash=True)
    assert notion.pages.retrieve(made["id"])["in_trash"]
    archived = {"Name": title("x")}
    refused(400, APIErrorCode.ValidationError, lambda: notion.pages.update(made["id"], properties=archived))
    assert not notion.pages.update(made["id"], in_trash=False)["in_trash"]
    notion.pages.update(made["id"], in_trash=True)


def paging():
    for number in range(25):
        create(f"Airport {number:03}")
    sorts = [{"property": "Name", "direction": "descending"}]
    pages = collect_paginated_api(notion.data_sources.query, data_source_id=SOURCE, page_size=10, sorts=sorts)
    assert [words(page) for page in pages] == [f"Airport {number:03}" for number in reversed(range(25))]
    only = {"property": "Name", "title": {"equals": "Airport 007"}}
    assert len(notion.data_sources.query(SOURCE, filter=only)["results"]) == 1
    short = notion.data_sources.query(SOURCE, filter_properties=["title"], page_size=1)["results"][0]
    assert list(short["properties"]) == ["Name"]
    wrong = "00000000-0000-4000-8000-000000000000"
    refused(400, APIErrorCode.ValidationError, lambda: notion.data_sources.query(SOURCE, start_cursor=wrong))


def cap():
    control("PATCH", "knobs", {"notion": {"query_cap": 20}})
    first = notion.data_sources.query(SOURCE, page_size=15)
    last = notion.data_sources.query(SOURCE, page_size=15, start_cursor=first["next_cursor"])
    assert (len(last["results"]), last["has_more"]) == (5, False)
    assert last["request_status"]["type"] == "incomplete"
    control("PATCH", "knobs", {"notion": {"query_cap": 10000}})


def property_items():
    runs = [{"text": {"content": f"{number} "}, "annotations": {"bold": number % 2 == 0}} for number in range(60)]
    parent = {"data_source_id": EVERYTHING}
    page = notion.pages.create(parent=parent, properties={"Name": title("Long"), "Notes": {"rich_text": runs}})
    notes = page["properties"]["Notes"]
    assert len(notes["rich_text"]) == 25
    items = []
    cursor = None
    while True:
        more = {"start_cursor": cursor} if cursor else {}
        part = notion.pages.properties.retrieve(page["id"], notes["id"], page_size=25, **more)
        items += part["results"]
        cursor = part["next_cursor"]
        if not part["has_more"]:
            break
    assert "".join(item["rich_text"]["plain_text"] for item in items) == "".join(f"{n} " for n in range(60))
    number = notion.pages.properties.retrieve(page["id"], page["properties"]["Number"]["id"])
    assert (number["object"], number["number"]) == ("property_item", None)


def ends_and_files():
    """A date loses its end with a write that has none; an uploaded file stays when it is sent back."""
    parent = {"type": "data_source_id", "data_source_id": EVERYTHING}
    span = {"start": "2026-03-02", "end": "2026-03-05"}
    link = {"name": "plan.pdf", "external": {"url": "https://files.example.org/plan.pdf"}}
    own = {"name": "own.pdf", "type": "file", "file": {"url": "https://uploads.example/own.pdf"}}
    page = notion.pages.create(parent=parent, properties={
        "Name": title("Fair"), "Date": {"date": span}, "Files": {"files": [link, own]},
    })
    read = lambda: notion.pages.retrieve(page["id"])["properties"]
    first, later = read(), read()
    assert first["Date"]["date"]["end"] == "2026-03-05"
    shown = [properties["Files"]["files"][1]["file"]["url"] for properties in (first, later)]
    assert shown[0] != shown[1]
    kept = notion.pages.update(page["id"], properties={
        "Date": {"date": {"start": "2026-03-03"}}, "Files": {"files": [later["Files"]["files"][1]]},
    })["properties"]
    assert kept["Date"]["date"]["end"] is None
    assert [file["type"] for file in kept["Files"]["files"]] == ["file"]


def old_edition():
    old = client("2022-06-28")
    answer = old.request(f"databases/{AIRPORTS}/query", "POST", body={"page_size": 1})
    assert answer["results"][0]["parent"] == {"type": "database_id", "database_id": AIRPORTS}
    assert "archived" in answer["results"][0]


def search():
    control("PATCH", "knobs", {"notion": {"search_lag_seconds": 0}})
    found = notion.search(query="airport 007", filter={"property": "object", "value": "page"})
    assert len(found["results"]) == 1
    tables = notion.search(filter={"property": "object", "value": "data_source"})["results"]
    assert {table["object"] for table in tables} == {"data_source"}


def refusals():
    refused(401, APIErrorCode.Unauthorized, client(token="nope").users.me)
    nothing = "00000000-0000-4000-8000-000000000000"
    refused(404, APIErrorCode.ObjectNotFound, lambda: notion.pages.retrieve(nothing))
    refused(400, APIErrorCode.ValidationError, lambda: create("x", Latitude={"number": "1"}))
    unheard = {"Name": title("x"), "Status": {"status": {"name": "Unheard of"}}}
    parent = {"data_source_id": PROJECTS}
    refused(400, APIErrorCode.ValidationError, lambda: notion.pages.create(parent=parent, properties=unheard))
    long = "a" * 2001
    refused(400, APIErrorCode.ValidationError, lambda: create(long))
    control("PATCH", "knobs", {"notion": {"capabilities": {"insert_content": False}}})
    refused(403, APIErrorCode.RestrictedResource, lambda: create("x"))
    control("PATCH", "knobs", {"notion": {"capabilities": {"insert_content": True}}})


def rate_limit():
    control("PATCH", "knobs", {"notion": {"limits": {"per_window": 3, "window_seconds": 2}}})
    time.sleep(2.1)  # the window that is open counts what came before
    for _ in range(3):
        notion.users.me()
    error = refused(429, APIErrorCode.RateLimited, notion.users.me)
    assert 1 <= int(error.headers["retry-after"]) <= 2
    client(retry=True).users.me()
    control("PATCH", "knobs", {"notion": {"limits": {"per_window": 0}}})


def retries():
    patient = client(retry=True)
    control("POST", "faults", {"fault": "rate_limited", "times": 1})
    patient.users.me()
    control("POST", "faults", {"fault": "rate_limited", "times": 1})
    parent = {"data_source_id": SOURCE}
    patient.pages.create(parent=parent, properties={"Name": title("After a limit")})
    control("POST", "faults", {"fault": "unavailable", "times": 1})
    patient.users.me()
    # This client knows no code for an overload, and does not try again.
    control("POST", "faults", {"fault": "overloaded", "times": 1})
    unknown(529, patient.users.me)
    control("POST", "faults", {"fault": "conflict", "times": 1})
    refused(409, APIErrorCode.ConflictError, lambda: create("x"))


def faults():
    control("POST", "faults", {"fault": "bad_gateway"})
    unknown(502, notion.users.me)
    control("POST", "faults", {"fault": "lost_answer", "match": {"method": "POST"}})
    try:
        create("Lost")
        raise AssertionError("the answer was not lost")
    except (httpx.TransportError, RequestTimeoutError):
        pass
    lost = {"property": "Name", "title": {"equals": "Lost"}}
    assert len(notion.data_sources.query(SOURCE, filter=lost)["results"]) == 1


control("POST", "reset", {})
control("PATCH", "knobs", {"notion": {"limits": {"per_second": 0, "per_window": 0}}})
check("users", people)
check("databases and data sources, with every property type", schema)
check("create, read, update, trash and restore", create_read_update)
check("pages of a query, filter, sorts, chosen properties", paging)
check("the most that a query yields", cap)
check("property items", property_items)
check("the end of a date, and files", ends_and_files)
check("the first edition", old_edition)
check("search", search)
check("refusals", refusals)
check("the rate limit", rate_limit)
check("faults as the client's retries see them", retries)
check("a page of the edge and a lost answer", faults)
