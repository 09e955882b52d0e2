"""Checks the sandbox through google-ads' messages, which take no field that they do not know, and google-auth."""

import html
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import date, timedelta
from importlib import import_module

from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google.protobuf import json_format

URL = sys.argv[1]
SHOP, AGENCY, CLOSED = "1000000001", "9000000001", "1000000004"
ADS = "https://www.googleapis.com/auth/adwords"
CLIENT = {"client_id": "weighbridge-sandbox", "client_secret": "this-secret-opens-the-sandbox-alone"}
HOME = "http://localhost:8443/connections/callback/google"
EDITIONS = ["v25", "v26"]


def messages(edition):
    ads = f"google.ads.googleads.{edition}"
    service = import_module(f"{ads}.services.types.google_ads_service")
    customers = import_module(f"{ads}.services.types.customer_service")
    errors = import_module(f"{ads}.errors.types.errors")
    return service.SearchGoogleAdsStreamResponse, customers.ListAccessibleCustomersResponse, errors.GoogleAdsFailure


def strict(kind, told):
    return kind.wrap(json_format.ParseDict(told, kind.pb(kind()), ignore_unknown_fields=False))


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/_sandbox/{path}", data, {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def call(method, path, body=None, login=None, token="ya29.check"):
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json", "developer-token": "dev"}
    if login:
        headers["login-customer-id"] = login
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def stream(edition, customer, query, login=None):
    return call("POST", f"{edition}/customers/{customer}/googleAds:searchStream", {"query": query}, login)


def rows(edition, customer, query, login=None):
    status, told = stream(edition, customer, query, login)
    assert status == 200, told
    response = messages(edition)[0]
    return [row for part in told for row in strict(response, part).results]


def failure(edition, answered):
    status, told = answered
    error = (told[0] if isinstance(told, list) else told)["error"]
    assert error["code"] == status, told
    [detail] = error["details"]
    kind = detail.pop("@type")
    assert kind == f"type.googleapis.com/google.ads.googleads.{edition}.errors.GoogleAdsFailure", kind
    return strict(messages(edition)[2], detail).errors[0]


def days(count=14):
    last = date.today() - timedelta(days=2)
    return f"segments.date BETWEEN '{last - timedelta(days=count - 1)}' AND '{last}'"


FIGURES = (
    "SELECT segments.date, campaign.id, campaign.name, campaign.status, metrics.impressions, metrics.clicks, "
    "metrics.cost_micros, metrics.conversions, metrics.conversions_value FROM campaign WHERE "
)


def accounts(edition):
    status, told = call("GET", f"{edition}/customers:listAccessibleCustomers")
    names = strict(messages(edition)[1], told).resource_names
    assert f"customers/{AGENCY}" in names and f"customers/{SHOP}" not in names, names
    query = (
        "SELECT customer_client.id, customer_client.descriptive_name, customer_client.currency_code, "
        "customer_client.time_zone, customer_client.manager, customer_client.status, customer_client.level, "
        "customer_client.hidden, customer_client.test_account, customer_client.client_customer FROM customer_client"
    )
    clients = [row.customer_client for row in rows(edition, AGENCY, query, AGENCY)]
    assert [client.level for client in clients] == [0, 1, 1, 2], clients
    assert clients[0].manager and clients[0].status.name == "ENABLED", clients[0]
    [own] = rows(edition, SHOP, "SELECT customer.id, customer.currency_code, customer.time_zone, customer.status FROM customer", AGENCY)
    assert own.customer.id == int(SHOP) and own.customer.currency_code == "EUR", own


def figures(edition):
    found = rows(edition, SHOP, FIGURES + days(), AGENCY)
    assert len(found) > 30, len(found)
    assert len({(row.campaign.id, row.segments.date) for row in found}) == len(found)
    assert {row.campaign.status.name for row in found} == {"ENABLED", "PAUSED", "REMOVED"}
    assert all(row.metrics.cost_micros > 0 and row.metrics.impressions >= row.metrics.clicks for row in found)
    total = rows(edition, SHOP, f"SELECT metrics.cost_micros FROM campaign WHERE {days()}", AGENCY)
    assert sum(row.metrics.cost_micros for row in total) == sum(row.metrics.cost_micros for row in found)


def attribution(edition):
    query = (
        "SELECT conversion_action.attribution_model_settings.attribution_model, "
        "conversion_action.click_through_lookback_window_days, conversion_action.status, "
        "conversion_action.primary_for_goal, conversion_action.include_in_conversions_metric FROM conversion_action "
        "WHERE conversion_action.status = 'ENABLED' AND conversion_action.include_in_conversions_metric = TRUE"
    )
    actions = [row.conversion_action for row in rows(edition, SHOP, query, AGENCY)]
    models = {action.attribution_model_settings.attribution_model.name for action in actions}
    assert len(actions) == 2 and models == {"GOOGLE_SEARCH_ATTRIBUTION_DATA_DRIVEN"}, actions


def restatement(edition):
    read = lambda: [type(row).to_dict(row) for row in rows(edition, SHOP, FIGURES + days(), AGENCY)]
    before = read()
    assert before == read(), "the same until it is restated"
    control("POST", "google/restatements", {})
    assert before != read()


def refusals(edition):
    code = lambda answered: failure(edition, answered).error_code
    one_day = FIGURES + days(1)
    assert code(stream(edition, SHOP, one_day)).authorization_error.name == "USER_PERMISSION_DENIED"
    assert code(stream(edition, CLOSED, one_day)).authorization_error.name == "CUSTOMER_NOT_ENABLED"
    assert code(stream(edition, AGENCY, one_day)).query_error.name == "REQUESTED_METRICS_FOR_MANAGER"
    assert code(stream(edition, SHOP, "SELECT metrics.joy FROM campaign", AGENCY)).query_error.name == "UNRECOGNIZED_FIELD"
    opened = FIGURES + "segments.date >= '2026-01-01'"
    assert code(stream(edition, SHOP, opened, AGENCY)).query_error.name == "EXPECTED_FILTERS_ON_DATE_RANGE"
    control("POST", "faults", {"fault": "rate_limited", "retry_after_seconds": 5603})
    limited = failure(edition, stream(edition, SHOP, one_day, AGENCY))
    quota = limited.details.quota_error_details
    assert limited.error_code.quota_error.name == "RESOURCE_EXHAUSTED" and quota.rate_scope.name == "DEVELOPER", limited
    assert quota.retry_delay.total_seconds() == 5603, quota
    control("POST", "faults", {"fault": "too_much_data"})
    much = code(stream(edition, SHOP, one_day, AGENCY)).quota_error
    assert much.name == "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION"
    control("POST", "faults", {"fault": "server_error"})
    assert code(stream(edition, SHOP, one_day, AGENCY)).internal_error.name == "INTERNAL_ERROR"
    control("PATCH", "knobs", {"google": {"developer_token": "another"}})
    refused = code(stream(edition, SHOP, one_day, AGENCY)).authentication_error
    control("PATCH", "knobs", {"google": {"developer_token": ""}})
    assert refused.name == "DEVELOPER_TOKEN_INVALID"
    retired = call("POST", f"v19/customers/{SHOP}/googleAds:searchStream", {"query": one_day})
    assert "UNSUPPORTED_VERSION" in json.dumps(retired[1]), retired
    named = strict(messages(edition)[2], {"errors": [{"errorCode": {"requestError": "UNSUPPORTED_VERSION"}}]})
    assert named.errors[0].error_code.request_error.name == "UNSUPPORTED_VERSION", named


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def leave(ticked):
    """What a person at the page allows: the code that they are sent back with."""
    ask = {**CLIENT, "redirect_uri": HOME, "response_type": "code", "scope": f"openid email {ADS}", "access_type": "offline", "prompt": "consent"}
    del ask["client_secret"]
    page = f"{URL}/o/oauth2/v2/auth"
    with urllib.request.urlopen(f"{page}?{urllib.parse.urlencode(ask)}", timeout=10) as answer:
        ticket = re.search(r'name="ticket" value="([^"]+)"', html.unescape(answer.read().decode())).group(1)
    form = [("ticket", ticket), ("decision", "allow"), *[("scope", scope) for scope in ticked]]
    try:
        urllib.request.build_opener(Stay).open(page, urllib.parse.urlencode(form).encode(), timeout=10)
    except urllib.error.HTTPError as sent:
        assert sent.code == 302, sent
        return urllib.parse.parse_qs(urllib.parse.urlsplit(sent.headers["location"]).query)["code"][0]
    raise AssertionError("nobody was sent back")


def exchanged(ticked):
    form = {**CLIENT, "grant_type": "authorization_code", "code": leave(ticked), "redirect_uri": HOME}
    with urllib.request.urlopen(f"{URL}/token", urllib.parse.urlencode(form).encode(), timeout=10) as answer:
        return json.loads(answer.read())


def credentials():
    pair = exchanged([ADS])
    own = Credentials(None, refresh_token=pair["refresh_token"], token_uri=f"{URL}/token", **CLIENT)
    own.refresh(Request())
    assert own.token.startswith("ya29.") and own.refresh_token == pair["refresh_token"], "it is kept"
    status, told = call("GET", "v25/customers:listAccessibleCustomers", token=own.token)
    assert status == 200, told
    status, told = call("GET", "v25/customers:listAccessibleCustomers", token=exchanged([])["access_token"])
    assert status == 403 and told["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT", told
    urllib.request.urlopen(f"{URL}/revoke", urllib.parse.urlencode({"token": own.token}).encode(), timeout=10)
    try:
        own.refresh(Request())
    except RefreshError as error:
        assert "invalid_grant" in str(error), error
    else:
        raise AssertionError("refreshed after it was revoked")


for edition in EDITIONS:
    for name, act in [
        ("accounts, and what lies below a manager", accounts),
        ("figures by day and campaign, removed ones too", figures),
        ("how conversions are attributed", attribution),
        ("days are restated", restatement),
        ("refusals", refusals),
    ]:
        act(edition)
        print(f"ok google-ads {edition}: {name}")
credentials()
print("ok google-auth: a token is refreshed, limited to what was ticked, and revoked")
