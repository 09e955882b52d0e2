"""Checks the sandbox through facebook_business, the vendor's own Python client of its Marketing API."""

import json
import sys
import urllib.request
from datetime import date, timedelta
from decimal import Decimal

from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

URL = sys.argv[1]
EUROS = "act_1001000100010001"
FIELDS = ["campaign_id", "campaign_name", "spend", "impressions", "clicks", "actions", "attribution_setting"]

FacebookSession.GRAPH = URL


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/_sandbox/{path}", data, {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def client(token="EAAcheck1234567890"):
    FacebookAdsApi.init(app_id="1", app_secret="secret", access_token=token, api_version="v26.0", crash_log=False)


def days(count):
    last = date.today() - timedelta(days=30)
    return {"since": str(last - timedelta(days=count - 1)), "until": str(last)}


def insights(level="campaign", increment=1, count=14, **more):
    params = {"level": level, "time_range": days(count), **more}
    if increment:
        params["time_increment"] = increment
    return AdAccount(EUROS).get_insights(fields=FIELDS, params=params)


def refused(act, code, subcode=None):
    """Asserts that `act` is refused with this code."""
    try:
        act()
    except FacebookRequestError as error:
        assert error.api_error_code() == code, error
        assert subcode is None or error.api_error_subcode() == subcode, error
        return error
    raise AssertionError(f"not refused with {code}")


def fault(name, **more):
    control("POST", "faults", {"fault": name, **more})


def check(name, act):
    act()
    print(f"ok facebook_business: {name}")


def accounts():
    me = User("me").api_get(fields=["id", "name"])
    assert me["name"] == "Sandbox User", me
    found = list(User("me").get_ad_accounts(fields=["account_id", "name", "currency", "timezone_name", "account_status"], params={"limit": 1}))
    assert [one["currency"] for one in found] == ["EUR", "USD"], found
    assert found[0]["id"] == EUROS and found[0]["account_status"] == 1, found


def pages():
    rows = list(insights(limit=5))
    assert len(rows) > 30, len(rows)
    assert len({(row["campaign_id"], row["date_start"]) for row in rows}) == len(rows)
    assert all(isinstance(row[name], str) for row in rows for name in ("spend", "clicks", "impressions"))
    assert rows == list(insights(limit=500)), "pages tell what one answer tells"


def sums():
    by_campaign = sum(Decimal(row["spend"]) for row in insights(limit=500))
    [whole] = list(insights(level="account", increment=None))
    assert Decimal(whole["spend"]) == by_campaign, (whole, by_campaign)


def restatement():
    span = {"since": str(date.today() - timedelta(days=10)), "until": str(date.today() - timedelta(days=1))}
    read = lambda: [row.export_all_data() for row in insights(time_range=span, limit=500)]
    before, old = read(), list(insights(limit=500))
    assert before == read(), "the same until it is restated"
    control("POST", "meta/restatements", {})
    assert before != read()
    assert old == list(insights(limit=500)), "days beyond 28 stay"


def refusals():
    fault("token_expired")
    refused(lambda: list(insights()), 190, 463)
    client("EAAanother0987654321")
    fault("rate_limited", retry_after_seconds=600)
    limited = refused(lambda: list(insights()), 17, 2446079)
    usage = json.loads(limited.http_headers()["x-business-use-case-usage"])
    assert usage[EUROS.removeprefix("act_")][0]["estimated_time_to_regain_access"] == 10, usage
    fault("too_much_data")
    much = refused(lambda: list(insights()), 1)
    assert much.http_status() == 500 and "reduce the amount of data" in much.api_error_message()
    fault("restricted")
    refused(lambda: list(insights()), 200)
    refused(lambda: AdAccount("act_7").api_get(fields=["name"]), 100, 33)
    client("no-token")
    refused(lambda: list(insights()), 190)
    client("EAAanother0987654321")


client()
check("the account and its ad accounts, page by page", accounts)
check("rows by day and campaign, their figures as texts", pages)
check("campaigns add up to the account", sums)
check("days are restated for four weeks", restatement)
check("refusals as the client reads them", refusals)
