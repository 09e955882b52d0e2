import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Report, ReportQuery, ReportsQuery } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { reportOf, shop, togetherOf } from "../testing";
import { inside } from "./inside";

const address = `/sites/${shop.id}/reports`;
const span = "from=2026-11-20&to=2026-11-22";
const { last_event_at: _, ...quiet } = shop;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

function serve(answer: Report | Response = reportOf(["/wool", "/"])) {
  return fakeAppliance({
    "GET /sites/{id}": shop,
    "POST /sites/{id}/reports": answer,
    "POST /sites/{id}/reports/together":
      answer instanceof Response ? answer : togetherOf(() => answer),
  });
}

function openReports(search = "") {
  return openPage(`${address}?${span}${search}`, "Shop: Reports");
}

function asked(appliance: ReturnType<typeof serve>) {
  return appliance.bodies("POST /sites/{id}/reports/together") as ReportsQuery[];
}

/** What was asked for in rows. */
function last(appliance: ReturnType<typeof serve>) {
  const { reports } = asked(appliance).at(-1) as ReportsQuery;
  return reports[0]?.query as ReportQuery;
}

it("without events it says how to get some", async () => {
  fakeAppliance({ "GET /sites/{id}": quiet });
  await openPage(address, "Shop: Reports");
  expect(await screen.findByText("No events yet")).toBeVisible();
});

it("the landing pages stand there at once, below what all of them come to", async () => {
  const appliance = serve();
  await openReports();
  const table = within(await screen.findByRole("region", { name: "Landing page" }));
  const [, all, first] = table.getAllByRole("row");
  expect(all).toHaveTextContent(/^All3050% more than before: 20/);
  expect(first).toHaveTextContent(/^\/wool1025% more than before: 8/);
  expect(last(appliance)).toEqual({
    from: "2026-11-20",
    to: "2026-11-22",
    compare: "previous",
    dimensions: ["landing_page"],
    metrics: [
      "visits",
      "visitors",
      "bounce_rate",
      "visit_seconds",
      "conversions",
      "conversion_rate",
      "revenue",
    ],
    filters: [],
    sort: "-visits",
    limit: 50,
    offset: 0,
  });
  expect(screen.getByRole("link", { name: "How it is counted" })).toHaveAttribute(
    "href",
    "/handbook/analytics#reports",
  );
  expect(screen.getByRole("link", { name: "Landing pages" })).toHaveAttribute(
    "aria-current",
    "true",
  );
});

it("other reports are one press away, and days and filters stay", async () => {
  const appliance = serve(reportOf(["google"]));
  const { user, history } = await openReports("&filters=device:is:mobile&page=2");
  await user.click(await screen.findByRole("link", { name: "Sources" }));
  await waitFor(() => expect(last(appliance).dimensions).toEqual(["source", "medium"]));
  expect(last(appliance)).toMatchObject({
    from: "2026-11-20",
    filters: [{ dimension: "device", operator: "is", values: ["mobile"] }],
    offset: 0,
  });
  expect(history.location.search).toContain("dimensions=source%2Cmedium");
});

it("a heading orders by its figure, falling and then rising", async () => {
  const appliance = serve();
  const { user } = await openReports();
  const head = () => screen.getByRole("columnheader", { name: "Revenue" });
  await user.click(await screen.findByRole("button", { name: "Revenue" }));
  await waitFor(() => expect(last(appliance).sort).toBe("-revenue"));
  expect(head()).toHaveAttribute("aria-sort", "descending");
  await user.click(screen.getByRole("button", { name: "Revenue" }));
  await waitFor(() => expect(last(appliance).sort).toBe("revenue"));
  expect(head()).toHaveAttribute("aria-sort", "ascending");
});

it("dimensions are added, put first and let go of; a time goes first and is drawn", async () => {
  serve(reportOf(["2026-11-21"]));
  const { user, history } = await openReports("&dimensions=channel&metrics=visits,revenue");
  await user.click(await screen.findByRole("button", { name: "Add" }));
  await user.click(await screen.findByRole("menuitem", { name: "Device" }));
  await waitFor(() => expect(history.location.search).toContain("dimensions=channel%2Cdevice"));
  await user.click(screen.getByRole("button", { name: "Device: put it first" }));
  await waitFor(() => expect(history.location.search).toContain("dimensions=device%2Cchannel"));
  await user.click(screen.getByRole("button", { name: "Add" }));
  await user.click(await screen.findByRole("menuitem", { name: "Day" }));
  expect(await screen.findByRole("heading", { name: "Visits by day" })).toBeVisible();
  await choose(user, /Figure that is drawn/, "Revenue");
  expect(await screen.findByRole("heading", { name: "Revenue by day" })).toBeVisible();
  await user.click(await screen.findByText("The same as a table"));
  const twin = within(screen.getByRole("region", { name: "Revenue by day" }));
  expect(twin.getByRole("row", { name: /^Sat 21 Nov €12.50/ })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "No longer by day" }));
  await waitFor(() => expect(history.location.search).toContain("dimensions=device%2Cchannel&"));
});

it("rows, the drawing and what it is compared with are one request", async () => {
  const appliance = serve(reportOf(["2026-11-21"]));
  await openReports("&dimensions=day,channel&metrics=visits");
  expect(await screen.findByRole("heading", { name: "Visits by day" })).toBeVisible();
  expect(asked(appliance)).toHaveLength(1);
  const [rows, drawn, before] = asked(appliance)[0]?.reports ?? [];
  expect(rows?.query.dimensions).toEqual(["day", "channel"]);
  expect(drawn?.query).toMatchObject({ dimensions: ["day"], from: "2026-11-20" });
  expect(before?.query).toMatchObject({ from: "2026-11-17", to: "2026-11-19", compare: "none" });
});

it("figures are chosen together, in one order, and one at least", async () => {
  const appliance = serve();
  const { user } = await openReports("&metrics=visits");
  await user.click(await screen.findByRole("button", { name: "Choose figures" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Figures" }));
  await user.click(dialog.getByRole("checkbox", { name: "Visits" }));
  expect(await dialog.findByText("Choose at least one.")).toBeVisible();
  await user.click(dialog.getByRole("checkbox", { name: "Purchases" }));
  await user.click(dialog.getByRole("checkbox", { name: "Visitors" }));
  await user.click(dialog.getByRole("button", { name: "Apply" }));
  await waitFor(() => expect(last(appliance).metrics).toEqual(["visitors", "purchases"]));
});

it("a row leads to its visits alone, and no further", async () => {
  const appliance = serve();
  const { user } = await openReports();
  await user.click(await screen.findByRole("link", { name: "/wool" }));
  await waitFor(() =>
    expect(last(appliance).filters).toEqual([
      { dimension: "landing_page", operator: "is", values: ["/wool"] },
    ]),
  );
  await waitFor(() => expect(screen.queryByRole("link", { name: "/wool" })).toBeNull());
});

it("a day leads to its hours, in the rows and in the drawing", async () => {
  const appliance = serve(reportOf(["2026-11-21"]));
  const { user, history } = await openReports("&dimensions=day,channel&sort=day&page=2");
  const rows = within(await screen.findByRole("region", { name: "Day and channel" }));
  await user.click(rows.getByRole("link", { name: "Sat 21 Nov" }));
  await waitFor(() =>
    expect(last(appliance)).toMatchObject({
      from: "2026-11-21",
      to: "2026-11-21",
      dimensions: ["hour", "channel"],
      sort: "hour",
      offset: 0,
    }),
  );
  act(() => history.back());
  const step = await screen.findByRole("img", { name: /^Sat 21 Nov: 10\./ });
  act(() => step.focus());
  await user.keyboard("{Enter}");
  await waitFor(() => expect(history.location.search).toContain("dimensions=hour%2Cchannel"));
});

it("a week and a month at the edge of the days lead to what of them is told", () => {
  const days = { from: "2026-11-05", to: "2026-11-20" };
  expect(inside("week", "2026-11-02", days, ["week"])).toMatchObject({
    from: "2026-11-05",
    to: "2026-11-08",
    dimensions: "day",
  });
  expect(inside("month", "2026-11", days, ["month", "day"])).toMatchObject({
    ...days,
    dimensions: "day",
  });
  expect(inside("weekday", "monday", days, ["weekday"])).toBeUndefined();
});

it("along more steps than a page has rows, a table tells all of them", async () => {
  serve(reportOf(["2026-11-21"], { from: "2026-09-01" }));
  await openPage(`${address}?from=2026-09-01&to=2026-11-22&dimensions=day`, "Shop: Reports");
  expect(await screen.findByText("The same as a table")).toBeVisible();
});

it("what an address says wrongly counts as not said", async () => {
  const appliance = serve();
  const wrong = "range=ever&compare=previous&page=0&metrics=joy&sort=joy&dimensions=luck";
  await openPage(`${address}?${wrong}`, "Shop: Reports");
  expect(await screen.findByRole("region", { name: "Landing page" })).toBeVisible();
  expect(screen.getByRole("button", { name: /Compared with the days before/ })).toBeVisible();
  expect(last(appliance)).toMatchObject({ from: "2026-10-27", sort: "-visits", offset: 0 });
});

it("many rows are read page by page", async () => {
  const appliance = serve(reportOf(["/wool", "/"], { found: 52 }));
  const { user, history } = await openReports("&page=2");
  expect(await screen.findByText("Rows 51 to 52 of 52")).toBeVisible();
  expect(screen.getByRole("button", { name: "Rows after" })).toBeDisabled();
  expect(last(appliance).offset).toBe(50);
  await user.click(screen.getByRole("button", { name: "Rows before" }));
  await waitFor(() => expect(last(appliance).offset).toBe(0));
  expect(history.location.search).not.toContain("page");
});

it("a page that is not there says which is the last", async () => {
  serve(reportOf([], { found: 52 }));
  const { user, history } = await openReports("&page=9");
  expect(await screen.findByText("There is no page 9; the last one is 2.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Rows before" }));
  await waitFor(() => expect(history.location.search).toContain("page=2"));
});

it("what is not compared has no changes", async () => {
  const { before: _, totals_before: _then, ...report } = reportOf([]);
  const rows = [{ values: ["/wool"], metrics: report.totals }];
  const appliance = serve({ ...report, rows, found: 1 });
  await openReports("&compare=none");
  expect(await screen.findByRole("row", { name: /^\/wool/ })).toBeVisible();
  expect(screen.queryByText(/than before/)).toBeNull();
  expect(last(appliance).compare).toBe("none");
});

it("filters that no visit fits say what to do", async () => {
  serve(reportOf([]));
  const { user, history } = await openReports("&filters=device:is:mobile");
  expect(await screen.findByText("No visit fits these filters")).toBeVisible();
  await user.click(screen.getByRole("link", { name: "look at all visits" }));
  await waitFor(() => expect(history.location.search).not.toContain("filters"));
});

it("what the appliance refuses stands there with the reason, and a way back", async () => {
  serve(
    refusal(422, "validation_failed", {
      fields: [{ path: "dimensions", code: "many", message: "They make too many rows." }],
    }),
  );
  await openReports("&dimensions=click_id,page");
  expect(await screen.findByText(/They make too many rows/)).toBeVisible();
  expect(screen.getByRole("link", { name: /begin anew/ })).toHaveAttribute("href", address);
  expect(screen.getByRole("button", { name: "No longer by page" })).toBeVisible();
});

it("a limit that is used up says when it opens, and what was asked stays", async () => {
  const problem = { type: "/errors/rate_limited", title: "Too many", code: "rate_limited" };
  serve(
    new Response(JSON.stringify({ ...problem, status: 429, limit: "analytics" }), {
      status: 429,
      headers: { "content-type": "application/problem+json", "retry-after": "45" },
    }),
  );
  await openReports("&dimensions=page");
  expect(await screen.findByText(/^It opens in 4\d s/)).toBeVisible();
  expect(screen.queryByRole("link", { name: /begin anew/ })).toBeNull();
  expect(screen.getByRole("button", { name: "No longer by page" })).toBeVisible();
});
