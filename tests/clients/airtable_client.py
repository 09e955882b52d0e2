"""Checks the sandbox through pyairtable, the Python client of Airtable's Web API."""

import http.server
import queue
import sys
import threading
import time

import requests
from pyairtable import Api
from pyairtable.formulas import match
from pyairtable.models import WebhookNotification

URL = sys.argv[1]
BASE = "appSandboxDemo001"


def control(method, path, body=None):
    answer = requests.request(method, f"{URL}/_sandbox/{path}", json=body, timeout=10)
    answer.raise_for_status()
    return answer


def refused(status, kind, act):
    """Asserts that `act` is refused with this status and error type."""
    try:
        act()
    except requests.HTTPError as error:
        assert error.response.status_code == status, error
        assert kind in error.response.text, error.response.text
        return
    raise AssertionError(f"not refused with {status} {kind}")


def check(name, act):
    act()
    print(f"ok pyairtable: {name}")


def api(**options):
    return Api("patCheck", endpoint_url=URL, retry_strategy=None, timeout=(2, 10), **options)


airports = api().table(BASE, "Airports")


def fill(count):
    airports.batch_create([{"Code": f"C{n:03}", "Name": f"Airport {n}"} for n in range(count)])


def whoami():
    assert api().whoami()["id"].startswith("usr")


def schema():
    base = api().base(BASE)
    assert any(known.id == BASE for known in api().bases())
    everything = base.schema().table("Everything")
    assert everything.primary_field_id == everything.fields[0].id
    assert everything.field("Rating").options.max == 5
    assert len({field.type for field in everything.fields}) >= 34


def create_read_delete():
    made = airports.create({"Code": "00M", "Latitude": 31.95376472, "City": ""})
    assert made["fields"] == {"Code": "00M", "Latitude": 31.95376472}
    assert airports.get(made["id"]) == made
    assert airports.update(made["id"], {"Name": "Thigpen"})["fields"]["Code"] == "00M"
    assert airports.update(made["id"], {"Name": "T"}, replace=True)["fields"] == {"Name": "T"}
    assert airports.delete(made["id"])["deleted"]
    refused(403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", lambda: airports.get(made["id"]))


def paging():
    fill(25)
    pages = list(airports.iterate(page_size=10))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({row["id"] for page in pages for row in page}) == 25
    assert len(airports.all(max_records=7)) == 7


def order_and_fields():
    rows = airports.all(sort=["-Code"], fields=["Code"])
    codes = [row["fields"]["Code"] for row in rows]
    assert codes == sorted(codes, reverse=True)
    assert all(set(row["fields"]) == {"Code"} for row in rows)


def formula():
    assert airports.first(formula=match({"Code": "C007"}))["fields"]["Name"] == "Airport 7"
    long = "OR(" + ",".join(f"{{Code}}='C{n:03}'" for n in range(1500)) + ")"
    assert len(airports.all(formula=long)) == 25, "sent as POST listRecords"
    refused(422, "INVALID_FILTER_BY_FORMULA", lambda: airports.all(formula="SUM(1)"))


def upsert():
    rows = [{"fields": {"Code": "C001", "City": "Rome"}}, {"fields": {"Code": "NEW"}}]
    result = airports.batch_upsert(rows, key_fields=["Code"])
    assert len(result["createdRecords"]) == len(result["updatedRecords"]) == 1
    assert result["records"][0]["id"] == result["updatedRecords"][0]
    again = airports.batch_upsert(rows, key_fields=["Code"])
    assert again["createdRecords"] == []
    airports.create({"Code": "NEW"})
    refused(422, "INVALID", lambda: airports.batch_upsert(rows, key_fields=["Code"]))


def batches():
    ids = [row["id"] for row in airports.all()]
    updated = airports.batch_update([{"id": id, "fields": {"City": "Oslo"}} for id in ids])
    assert all(row["fields"]["City"] == "Oslo" for row in updated)
    missing = "rec" + "0" * 14
    refused(404, missing, lambda: airports.batch_delete([ids[0], missing]))
    assert all(row["deleted"] for row in airports.batch_delete(ids))
    assert airports.all() == []


def values():
    everything = api().table(BASE, "Everything")
    refused(422, "UNKNOWN_FIELD_NAME", lambda: airports.create({"Town": "x"}))
    refused(422, "INVALID_VALUE_FOR_COLUMN", lambda: everything.create({"Number": "1"}))
    refused(422, "INVALID_VALUE_FOR_COLUMN", lambda: everything.create({"Line": 1}))
    refused(422, "INVALID_MULTIPLE_CHOICE_OPTIONS", lambda: everything.create({"Colour": "Pink"}))
    cast = everything.create({"Number": "1.5", "Colour": "Pink"}, typecast=True)
    assert (cast["fields"]["Number"], cast["fields"]["Colour"]) == (1.5, "Pink")
    full = everything.first(formula=match({"Name": "A full row"}), use_field_ids=True)
    assert all(key.startswith("fld") for key in full["fields"])


def references():
    """Links, users and files: a list replaces what is there."""
    everything = api().table(BASE, "Everything")
    one, two = airports.create({"Code": "R1"}), airports.create({"Code": "R2"})
    url = "https://files.example.org/plan.pdf"
    made = everything.create({
        "Airports": [one["id"], two["id"]],
        "Owner": {"email": "owner@sandbox.example"},
        "Files": [{"url": url, "filename": "plan.pdf"}],
    })
    fields = made["fields"]
    assert fields["Airports"] == [one["id"], two["id"]]
    assert fields["Owner"]["id"].startswith("usr")
    plan = fields["Files"][0]
    assert (plan["id"][:3], plan["filename"]) == ("att", "plan.pdf")
    first, later = (everything.get(made["id"])["fields"]["Files"][0] for _ in range(2))
    assert first["id"] == later["id"] == plan["id"] and first["url"] != later["url"] != url
    changed = everything.update(made["id"], {
        "Airports": [two["id"]], "Files": [{"url": url}, {"id": plan["id"]}],
    })["fields"]
    assert changed["Airports"] == [two["id"]]
    assert changed["Files"][0]["id"] != plan["id"] == changed["Files"][1]["id"]
    missing = "rec" + "0" * 14
    refused(422, "ROW_DOES_NOT_EXIST", lambda: everything.update(made["id"], {"Airports": [missing]}))
    refused(422, "INVALID_ATTACHMENT_OBJECT", lambda: everything.update(made["id"], {"Files": ["plan.pdf"]}))
    for row in (one, two):
        airports.delete(row["id"])


def refusals():
    refused(401, "AUTHENTICATION_REQUIRED", Api("nope", endpoint_url=URL, retry_strategy=None).whoami)
    refused(404, "NOT_FOUND", api().table("app" + "0" * 14, "T").all)
    refused(403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", api().table(BASE, "Nope").all)


def rate_limit():
    control("PATCH", "knobs", {"limits": {"per_base": 5, "penalty_seconds": 2}})
    time.sleep(1.1)  # what was called before counts for a second
    for _ in range(5):
        airports.first()
    refused(429, "RATE_LIMIT_REACHED", airports.first)
    time.sleep(1.2)
    refused(429, "RATE_LIMIT_REACHED", airports.first)
    time.sleep(1)
    airports.first()
    control("PATCH", "knobs", {"limits": {"per_base": 0}})


def default_retry():
    control("POST", "faults", {"fault": "unavailable", "times": 1})
    refused(503, "SERVICE_UNAVAILABLE", airports.first)
    control("PATCH", "knobs", {"limits": {"penalty_seconds": 0}})
    control("POST", "faults", {"fault": "rate_limited", "times": 2})
    Api("patCheck", endpoint_url=URL).table(BASE, "Airports").first()


def faults():
    control("POST", "faults", {"fault": "lost_answer", "match": {"method": "POST"}})
    try:
        airports.create({"Code": "LOST"})
        raise AssertionError("the answer was not lost")
    except requests.RequestException:
        pass
    assert airports.first(formula=match({"Code": "LOST"})), "the write was carried out"
    control("POST", "faults", {"fault": "truncated"})
    try:
        airports.all()
        raise AssertionError("the answer was whole")
    except requests.exceptions.JSONDecodeError:
        pass


class Listener(http.server.BaseHTTPRequestHandler):
    """Takes notifications."""

    heard = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Listener.heard.put((body, self.headers["X-Airtable-Content-MAC"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def webhooks():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = api().base(BASE)
    table = airports.schema().id
    filters = {"dataTypes": ["tableData"], "recordChangeScope": table}
    includes = {"includePreviousCellValues": True, "includeCellValuesInFieldIds": "all"}
    spec = {"options": {"filters": filters, "includes": includes}}
    url = f"http://127.0.0.1:{server.server_port}/heard"
    made = base.add_webhook(url, spec)

    def notified():
        body, mac = Listener.heard.get(timeout=10)
        told = WebhookNotification.from_request(body, mac, made.mac_secret_base64)
        assert (told.base.id, told.webhook.id) == (BASE, made.id)
        return body, mac

    body, mac = notified()
    try:
        WebhookNotification.from_request(body.replace(made.id, "ach0"), mac, made.mac_secret_base64)
        raise AssertionError("a forged notification was believed")
    except ValueError:
        pass
    record = airports.create({"Code": "HK1", "City": "Oslo"})
    notified()
    airports.update(record["id"], {"City": "Rome"})
    airports.delete(record["id"])
    hook = base.webhook(made.id)
    assert hook.notification_url == url and hook.is_hook_enabled
    assert hook.cursor_for_next_payload == 4
    created, changed, destroyed = list(hook.payloads())
    of = lambda payload: payload.changed_tables_by_id[table]
    assert record["id"] in of(created).created_records_by_id
    change = of(changed).changed_records_by_id[record["id"]]
    values = lambda cells: sorted(cells.cell_values_by_field_id.values())
    assert (values(change.current), values(change.previous)) == (["Rome"], ["Oslo"])
    assert values(change.unchanged) == ["HK1"]
    assert of(destroyed).destroyed_record_ids == [record["id"]]
    assert [payload.cursor for payload in hook.payloads(cursor=2, limit=1)] == [2]
    assert changed.action_metadata.source == "publicApi"
    before = hook.expiration_time
    time.sleep(0.01)
    hook.extend_expiration()
    hook.disable_notifications()
    assert not base.webhook(made.id).are_notifications_enabled
    hook.enable_notifications()
    assert base.webhook(made.id).expiration_time > before
    hook.delete()
    assert base.webhooks() == []
    for _ in range(10):
        base.add_webhook(url, spec)
    refused(422, "TOO_MANY_WEBHOOKS_IN_BASE", lambda: base.add_webhook(url, spec))
    for hook in base.webhooks():
        hook.delete()
    server.shutdown()


control("POST", "reset", {})
control("PATCH", "knobs", {"limits": {"per_base": 0, "per_token": 0}})
check("whoami", whoami)
check("bases and schema, with every field type", schema)
check("create, read, update, replace, delete", create_read_delete)
check("pages and the greatest number of records", paging)
check("sort and fields", order_and_fields)
check("formulas, in the query and in a body", formula)
check("upsert: created, updated, ambiguous", upsert)
check("batches of update and delete", batches)
check("values, typecast, field ids", values)
check("links, users and files", references)
check("refusals", refusals)
check("the rate limit and its penalty", rate_limit)
check("faults as the client's retries see them", default_retry)
check("lost and truncated answers", faults)
check("webhooks, their notifications and payloads", webhooks)
