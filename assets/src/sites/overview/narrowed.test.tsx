import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Report, ReportQuery, ReportsQuery } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { overview, reportOf, shop, togetherOf } from "../testing";
import { shownOf, withRates } from "./shown";

const address = `/sites/${shop.id}`;
const days = ["2026-11-20", "2026-11-21", "2026-11-22"];
const span = "from=2026-11-20&to=2026-11-22";

const values: Record<string, string[]> = {
  day: days,
  channel: ["email"],
  source: ["newsletter", ""],
  landing_page: ["/wool"],
  page: ["/cart"],
  device: ["mobile"],
  event: ["page_view"],
};

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

function answer({ dimensions, compare, from, to }: ReportQuery): Report {
  const { before, ...report } = reportOf(values[dimensions?.[0] ?? ""] ?? [], { from, to });
  return compare === "none" ? report : { ...report, before };
}

function serve() {
  return fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/overview": overview,
    "POST /sites/{id}/reports": ({ body }: { body: unknown }) => answer(body as ReportQuery),
    "POST /sites/{id}/reports/together": togetherOf(answer),
  });
}

it("a line of a table narrows the page to its visits by one request, in the address, and the way back widens it", async () => {
  const appliance = serve();
  const { user, history } = await openPage(`${address}?${span}`, "Shop");
  const channels = within(await screen.findByRole("region", { name: "Channels" }));
  await user.click(channels.getByRole("link", { name: "Organic search" }));
  await waitFor(() => expect(history.location.search).toContain("filters=channel%3Ais%3Aorganic"));
  expect(await screen.findByRole("button", { name: "Channel is Organic search" })).toBeVisible();
  expect(screen.getByRole("region", { name: "Filters" })).toHaveFocus();
  expect(await screen.findAllByText("30", { selector: ".tile-value" })).not.toHaveLength(0);
  const filters = [{ dimension: "channel", operator: "is", values: ["organic_search"] }];
  const asked = appliance.bodies("POST /sites/{id}/reports/together") as ReportsQuery[];
  expect(asked).toHaveLength(1);
  const narrowed = asked[0]?.reports ?? [];
  expect(narrowed.map(({ name, query }) => [name, query.dimensions?.[0]])).toEqual([
    ["steps", "day"],
    // The days before, whose rows may be others.
    ["before", "day"],
    ["channels", "channel"],
    ["sources", "source"],
    ["landing_pages", "landing_page"],
    ["devices", "device"],
    ["event_names", "event"],
  ]);
  for (const { query } of narrowed) expect(query.filters).toEqual(filters);
  expect(narrowed[1]?.query).toMatchObject({ from: "2026-11-17", to: "2026-11-19" });
  history.back();
  await waitFor(() => expect(history.location.search).not.toContain("filters"));
  expect(await screen.findByRole("link", { name: "Organic search" })).toBeVisible();
});

it("filters that stand in the address are counted, and each can be let go of", async () => {
  const appliance = serve();
  const filters = "device:is:mobile;channel:is:email";
  const { user, history } = await openPage(`${address}?${span}&filters=${filters}`, "Shop");
  const channels = within(await screen.findByRole("region", { name: "Channels" }));
  expect(await channels.findByRole("row", { name: /^Email/ })).toBeVisible();
  expect(channels.queryByRole("link", { name: "Email" })).toBeNull();
  expect(appliance.calls("GET /sites/{id}/overview")).toHaveLength(0);
  await user.click(screen.getByRole("button", { name: "Remove the filter Channel is Email" }));
  await waitFor(() => expect(history.location.search).toMatch(/filters=device%3Ais%3Amobile$/));
});

it("what is looked at stays the same on the pages beside", async () => {
  serve();
  await openPage(`${address}?${span}&filters=device:is:mobile&metric=visits`, "Shop");
  for (const [name, path] of [
    ["Reports", "reports"],
    ["Funnel", "funnel"],
  ]) {
    const href = screen.getByRole("link", { name }).getAttribute("href");
    expect(href).toBe(`${address}/${path}?${span}&filters=device%3Ais%3Amobile`);
  }
  expect(screen.getByRole("link", { name: "Set up" })).toHaveAttribute("href", `${address}/setup`);
});

it("a filter is added by hand, out of what came up on these days", async () => {
  serve();
  const { user, history } = await openPage(`${address}?${span}`, "Shop");
  await user.click(await screen.findByRole("button", { name: "Add a filter" }));
  const dialog = await screen.findByRole("dialog", { name: "Add a filter" });
  await user.click(within(dialog).getByRole("button", { name: "Apply" }));
  expect(await within(dialog).findByText("Say at least one value.")).toBeVisible();
  await choose(user, /Only visits whose/, /^Source/);
  await choose(user, /How it compares/, "is not");
  await user.click(await within(dialog).findByRole("checkbox", { name: "No source" }));
  await user.type(within(dialog).getByLabelText("Values, one a line"), "bing");
  await user.click(within(dialog).getByRole("button", { name: "Apply" }));
  await waitFor(() =>
    expect(history.location.search).toContain("filters=source%3Ais_not%3A%3Abing"),
  );
});

it("filters that no visit fits say what to do", async () => {
  const none = { events: 0, views: 0, visits: 0, visitors: 0, conversions: 0, revenue: "0.00" };
  fakeAppliance({
    "GET /sites/{id}": shop,
    "POST /sites/{id}/reports/together": togetherOf(() => reportOf([], { totals: none })),
  });
  const { history, user } = await openPage(`${address}?${span}&filters=page:is:/x`, "Shop");
  expect(await screen.findByText("No visit fits these filters")).toBeVisible();
  await user.click(screen.getByRole("link", { name: "look at all visits" }));
  await waitFor(() => expect(history.location.search).not.toContain("filters"));
});

it("filters that the appliance refuses stand there with the reason", async () => {
  fakeAppliance({
    "GET /sites/{id}": shop,
    "POST /sites/{id}/reports/together": refusal(422, "validation_failed", {
      fields: [{ path: "reports[0].query.filters[0].values", message: "It is too long." }],
    }),
  });
  await openPage(`${address}?${span}&filters=page:is:/x`, "Shop");
  expect(await screen.findByText(/It is too long/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Remove the filter Page is /x" })).toBeVisible();
});

it("rates are drawn by day where a report knows them", async () => {
  serve();
  const { user } = await openPage(`${address}?${span}`, "Shop");
  await user.click(await screen.findByRole("button", { name: "Bounce rate" }));
  expect(await screen.findByRole("heading", { name: "Bounce rate by day" })).toBeVisible();
  await user.click(screen.getByText("The same as a table"));
  expect(screen.getByRole("row", { name: /^Fri 20 Nov 25% Tue 17 Nov 25%/ })).toBeVisible();
});

it("rates of other days are not put among these", () => {
  const other = reportOf(days, { from: "2026-11-19" });
  expect(withRates(overview, other)).toBe(overview);
});

it("a day without a row had nothing, and stands there", () => {
  const shown = shownOf({
    bySteps: reportOf(["2026-11-21"]),
    before: reportOf(["2026-11-18"], { from: "2026-11-17", to: "2026-11-19" }),
    tables: {},
    visitorIds: "daily",
    zone: "Europe/Berlin",
  });
  expect(shown.days.map(({ day, visits }) => [day, visits])).toEqual([
    ["2026-11-20", 0],
    ["2026-11-21", 10],
    ["2026-11-22", 0],
  ]);
  expect(shown.days_before?.map(({ day, visits }) => [day, visits])).toEqual([
    ["2026-11-17", 0],
    ["2026-11-18", 10],
    ["2026-11-19", 0],
  ]);
});

it("one day has its hours by the site’s clocks", () => {
  const day = { from: "2026-11-20", to: "2026-11-20" };
  const { hours, days } = shownOf({
    bySteps: reportOf(["0", "13"], day),
    before: undefined,
    tables: {},
    visitorIds: "daily",
    zone: "Europe/Berlin",
  });
  expect(hours).toHaveLength(24);
  expect(hours?.[13]).toMatchObject({ hour: "2026-11-20T13:00:00+01:00", visits: 11 });
  expect(hours?.[1]).toMatchObject({ hour: "2026-11-20T01:00:00+01:00", visits: 0 });
  expect(days).toMatchObject([{ day: "2026-11-20", visits: 30 }]);
});
